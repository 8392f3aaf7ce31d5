"""Autobahn|Python under remote control: see ../README.md."""
import asyncio
import base64
import json
import ssl
import sys
import traceback
from urllib.parse import urlparse

import txaio

txaio.use_asyncio()

from autobahn.asyncio.rawsocket import WampRawSocketClientFactory
from autobahn.asyncio.wamp import ApplicationSession
from autobahn.asyncio.websocket import WampWebSocketClientFactory, WampWebSocketClientProtocol
from autobahn.wamp import types
from autobahn.wamp.auth import create_authenticator
from autobahn.wamp.cryptosign import CryptosignKey
from autobahn.wamp.exception import ApplicationError
from autobahn.wamp.serializer import CBORSerializer, JsonSerializer, MsgPackSerializer
from cbor2 import CBORTag

SERIALIZERS = {"json": JsonSerializer, "msgpack": MsgPackSerializer, "cbor": CBORSerializer}

UINT8_ARRAY = 64  # RFC 8746: the tag that wampy gives to octets; a router leaves it as it is


def write(line):
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


def to_client(x):
    if isinstance(x, dict):
        if "$bytes" in x:
            return base64.b64decode(x["$bytes"])
        return {k: to_client(v) for k, v in x.items()}
    return [to_client(v) for v in x] if isinstance(x, list) else x


def from_client(x):
    if isinstance(x, CBORTag) and x.tag == UINT8_ARRAY:
        x = x.value
    if isinstance(x, bytes):
        return {"$bytes": base64.b64encode(x).decode()}
    if isinstance(x, dict):
        return {k: from_client(v) for k, v in x.items()}
    return [from_client(v) for v in x] if isinstance(x, (list, tuple)) else x


def payload(args, kwargs):
    return {"args": from_client(args or []), "kwargs": from_client(kwargs or {})}


def authenticator(auth):
    if "secret" not in auth:
        return None
    names = {"ticket": "ticket", "wampcra": "secret", "cryptosign": "privkey", "scram": "password"}
    secret = {names[auth["method"]]: auth["secret"]}
    return create_authenticator(auth["method"], authid=auth["authid"], **secret)


class Session(ApplicationSession):
    def __init__(self, config, joined, auth):
        super().__init__(config)
        self.joined, self.auth = joined, auth
        self.authenticator = authenticator(auth) if auth else None
        self.registrations, self.subscriptions = {}, {}

    def onConnect(self):
        if self.auth:
            self.join(self.config.realm, self.auth.get("methods", [self.auth["method"]]), authid=self.auth.get("authid"),
                      authextra=self.authenticator.authextra if self.authenticator else None)
        else:
            self.join(self.config.realm, ["anonymous"])

    def onChallenge(self, challenge):
        if challenge.method == "cryptosign":  # the authenticator wants a TLS transport
            return CryptosignKey.from_bytes(bytes.fromhex(self.auth["secret"])).sign_challenge(challenge)
        return self.authenticator.on_challenge(self, challenge)

    def onWelcome(self, welcome):
        if self.authenticator and welcome.authmethod == self.auth["method"]:
            return self.authenticator.on_welcome(self, welcome.authextra)
        return None

    def onJoin(self, details):
        self.joined.set_result((self, {"session": details.session, "authid": details.authid, "authrole": details.authrole,
                                       "authmethod": details.authmethod}))

    def onLeave(self, details):
        if not self.joined.done():
            self.joined.set_exception(ApplicationError(details.reason, details.message))
        self.disconnect()

    def onUserError(self, fail, message):
        pass


cookies = {}  # of this program's connections, by host and port


class CookieProtocol(WampWebSocketClientProtocol):
    def onConnect(self, response):
        if "set-cookie" in response.headers:
            cookies[self.factory.host, self.factory.port] = response.headers["set-cookie"].split(";")[0]
        return super().onConnect(response)


def client_tls(files):
    context = ssl.create_default_context(cafile=files["ca"])
    if "cert" in files:
        context.load_cert_chain(files["cert"], files["key"])
    return context


async def open_session(command):
    url, loop = urlparse(command["url"]), asyncio.get_running_loop()
    serializer, joined = SERIALIZERS[command["serializer"]](), loop.create_future()

    def make():
        return Session(types.ComponentConfig(command["realm"], {}), joined, command.get("auth"))

    tls = client_tls(command["tls"]) if "tls" in command else None
    if url.scheme in ("ws", "wss"):
        kept = cookies.get((url.hostname, url.port)) if command.get("cookies") else None
        factory = WampWebSocketClientFactory(make, url=command["url"], serializers=[serializer],
                                             headers={"Cookie": kept} if kept else None)
        if command.get("cookies"):
            factory.protocol = CookieProtocol
        await loop.create_connection(factory, url.hostname, url.port, ssl=tls)
    else:
        factory = WampRawSocketClientFactory(make, serializer=serializer)
        if url.scheme == "unix":
            await loop.create_unix_connection(factory, url.path)
        else:
            await loop.create_connection(factory, url.hostname, url.port, ssl=tls)
    return await joined


def procedure(does):
    def called(*args, **kwargs):
        details = kwargs.pop("details_")
        if does == "fail":
            raise ApplicationError("interop.error.failed", *args, **kwargs)
        if does == "echo":
            return types.CallResult(*args, **kwargs)
        for i in range(5):
            details.progress(i)
        return "end"

    return called


async def call(session, uri, command):
    progress = []
    options = types.CallOptions(on_progress=lambda *args, **kwargs: progress.append(list(args))) if command.get("progress") else None
    kwargs = to_client(command.get("kwargs", {}))
    if options:
        kwargs["options"] = options
    result = await session.call(uri, *to_client(command.get("args", [])), **kwargs)
    if isinstance(result, types.CallResult):
        return {**payload(result.results, result.kwresults), "progress": progress}
    return {**payload([] if result is None else [result], {}), "progress": progress}


sessions = {}


async def run(command):
    op, name, uri = command["op"], command["peer"], command.get("uri")
    if op == "open":
        sessions[name], details = await open_session(command)
        return details
    session = sessions[name]
    if op == "register":
        options = types.RegisterOptions(details_arg="details_")
        session.registrations[uri] = await session.register(procedure(command["does"]), uri, options)
    elif op == "unregister":
        await session.registrations.pop(uri).unregister()
    elif op == "call":
        return await call(session, uri, command)
    elif op == "subscribe":
        def event(*args, **kwargs):
            write({"event": {"peer": name, "uri": uri, **payload(args, kwargs)}})

        session.subscriptions[uri] = await session.subscribe(event, uri, types.SubscribeOptions(match=command.get("match")))
    elif op == "unsubscribe":
        await session.subscriptions.pop(uri).unsubscribe()
    elif op == "publish":
        options = types.PublishOptions(acknowledge=True)
        await session.publish(uri, *to_client(command.get("args", [])), **to_client(command.get("kwargs", {})), options=options)
    elif op == "close":
        session.leave()
    else:
        raise ValueError("unknown op " + op)
    return {}


async def answer(n, command):
    try:
        write({"n": n, "result": await run(command)})
    except ApplicationError as e:
        write({"n": n, "error": {"uri": e.error, **payload(e.args, e.kwargs)}})
    except Exception:
        write({"n": n, "error": {"uri": "client", "args": [traceback.format_exc()], "kwargs": {}}})


async def main():
    reader = asyncio.StreamReader(limit=1 << 26)
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    running = set()
    while line := await reader.readline():
        command = json.loads(line)
        task = asyncio.ensure_future(answer(command.pop("n"), command))
        running.add(task)
        task.add_done_callback(running.discard)


asyncio.run(main())
