package io.polywire.gate.message;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.regex.Pattern;

/** Names of the web API: paths, parameters, actions, headers and types. */
public final class WebApi {
    /** The API. */
    public static final String PATH = "/gate-0/";

    /** Base of relative module URIs. */
    public static final String PATH_MODULE = PATH + "module";

    /** Module sources. */
    public static final String PATH_MODULES = PATH + "module/";

    /** Name of the source of uploaded modules, and of the hash that makes their ids. */
    public static final String MODULE_REF_SOURCE = "sha384";

    /** References to modules. */
    public static final String PATH_MODULE_REFS = PATH_MODULES + MODULE_REF_SOURCE + "/";

    /** Instances. */
    public static final String PATH_INSTANCES = PATH + "instance/";

    /** What to do; may come twice. */
    public static final String PARAM_ACTION = "action";

    /** Entry function, for call, launch and resume. */
    public static final String PARAM_FUNCTION = "function";

    /** Id of the instance to make, for launch. */
    public static final String PARAM_INSTANCE = "instance";

    /** For call, launch and resume. */
    public static final String PARAM_DEBUG = "debug";

    /** Keep a reference to the module; with call or launch, too. */
    public static final String ACTION_REF = "ref";

    /** Remove the reference. */
    public static final String ACTION_UNREF = "unref";

    /** Run a program for as long as the client is there. */
    public static final String ACTION_CALL = "call";

    /** Start a program. */
    public static final String ACTION_LAUNCH = "launch";

    /** Connect to an instance. */
    public static final String ACTION_IO = "io";

    /** Ask for the status of an instance. */
    public static final String ACTION_STATUS = "status";

    /** Wait until an instance runs no more; with kill or suspend, too. */
    public static final String ACTION_WAIT = "wait";

    /** End an instance. */
    public static final String ACTION_KILL = "kill";

    /** Stop an instance so that it can be resumed; with launch: make it, but do not start it. */
    public static final String ACTION_SUSPEND = "suspend";

    /** Let a stopped instance run again. */
    public static final String ACTION_RESUME = "resume";

    /** Make a module of an instance. */
    public static final String ACTION_SNAPSHOT = "snapshot";

    /** Forget an instance. */
    public static final String ACTION_DELETE = "delete";

    /** Look into an instance. */
    public static final String ACTION_DEBUG = "debug";

    /** Of a request. */
    public static final String HEADER_AUTHORIZATION = "Authorization";

    /** Of requests and answers. */
    public static final String HEADER_CONTENT_LENGTH = "Content-Length";

    /** Of requests and answers. */
    public static final String HEADER_CONTENT_TYPE = "Content-Type";

    /** Of an answer: absolute path of a module. */
    public static final String HEADER_LOCATION = "Location";

    /** Of an answer: id of an instance. */
    public static final String HEADER_INSTANCE = "X-Gate-Instance";

    /** Of an answer, or its trailer: status of an instance, a JSON object. */
    public static final String HEADER_STATUS = "X-Gate-Status";

    /** Scheme of authorization. */
    public static final String AUTHORIZATION_TYPE_BEARER = "Bearer";

    /** Type of debug requests and of answers. */
    public static final String CONTENT_TYPE_JSON = "application/json";

    /** Type of modules. */
    public static final String CONTENT_TYPE_WEBASSEMBLY = "application/wasm";

    /** Length of a module's id. */
    public static final int KEY_LENGTH = 64;

    /** Longest first message on a WebSocket, in octets. */
    public static final int MAX_WEBSOCKET_REQUEST = 4096;

    /** What names of functions look like. */
    public static final Pattern FUNCTION_REGEXP = Pattern.compile("[A-Za-z0-9\\-._]{1,31}");

    private WebApi() {}

    /** The id of a module: base64url without padding of the SHA-384 of its octets. */
    public static String moduleKey(byte[] module) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-384").digest(module);
            return Base64.getUrlEncoder().withoutPadding().encodeToString(hash);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // Every Java has it.
        }
    }
}
