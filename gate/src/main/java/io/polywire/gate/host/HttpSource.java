package io.polywire.gate.host;

import io.polywire.gate.message.ApiException;
import io.polywire.gate.message.WebApi;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Modules on web servers, under their whole URLs, as far as a list allows them. Redirects are followed as long as they stay
 * within the list. Servers are told nothing about who asks: neither tokens nor cookies nor passwords are sent.
 */
public final class HttpSource implements ModuleSource {
    private static final System.Logger LOG = System.getLogger("io.polywire.gate");
    private static final int REDIRECTS = 5;

    /** How many modules, each as large as the limit, may be on their way at a time. */
    private static final int AT_A_TIME = 8;

    private final String name;
    private final List<AllowedUrl> allowed;
    private final Duration timeout;
    private final Semaphore room = new Semaphore(AT_A_TIME);
    private @Nullable HttpClient client; // guarded by this

    /**
     * @param allowed what may be fetched, see {@link AllowedUrl#parse}
     * @param timeout for all of a module, with all redirects
     * @throws IllegalArgumentException if the name cannot be one, or nothing is allowed
     */
    public HttpSource(String name, List<AllowedUrl> allowed, Duration timeout) {
        this.name = ModuleSource.checkName(name);
        this.allowed = List.copyOf(allowed);
        this.timeout = timeout;
        if (this.allowed.isEmpty()) {
            throw new IllegalArgumentException("no URL is allowed");
        }
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public byte @Nullable [] open(String path, int limit) {
        URI url = AllowedUrl.url(path);
        AllowedUrl entry = url == null || url.getRawQuery() != null ? null : entry(url);
        if (url == null || entry == null) {
            return null;
        }
        long deadline = System.nanoTime() + timeout.toNanos();
        try {
            if (!room.tryAcquire(timeout.toNanos(), TimeUnit.NANOSECONDS)) {
                throw new ApiException(429, "request rate limit exceeded").with("Retry-After", "1");
            }
            try {
                byte[] octets = fetch(url, limit, deadline);
                if (octets != null && !entry.has(WebApi.moduleKey(octets))) {
                    throw new ApiException(400, "module hash does not match content");
                }
                return octets;
            } finally {
                room.release();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw unavailable(url, e);
        } catch (ExecutionException | TimeoutException e) {
            throw unavailable(url, e);
        }
    }

    private @Nullable AllowedUrl entry(URI url) {
        return allowed.stream().filter(one -> one.covers(url)).findFirst().orElse(null);
    }

    private byte @Nullable [] fetch(URI first, int limit, long deadline)
            throws ExecutionException, InterruptedException, TimeoutException {
        URI url = first;
        for (int i = 0; i <= REDIRECTS; i++) {
            HttpResponse<Optional<byte[]>> answer = get(url, limit, deadline);
            switch (answer.statusCode()) {
                case 200 -> {
                    return answer.body().orElseThrow(ModuleSource::tooLong);
                }
                case 301, 302, 303, 307, 308 -> {
                    String location = answer.headers().firstValue("Location").orElse(null);
                    URI next = location == null ? null : AllowedUrl.resolve(url, location);
                    if (next == null || entry(next) == null) {
                        LOG.log(Level.WARNING, "module source " + name + ": " + url + " leads out of the list");
                        return null;
                    }
                    url = next;
                }
                default -> {
                    if (answer.statusCode() >= 500) {
                        throw unavailable(url, new IOException("status " + answer.statusCode()));
                    }
                    return null;
                }
            }
        }
        LOG.log(Level.WARNING, "module source " + name + ": " + first + " has too many redirects");
        return null;
    }

    private HttpResponse<Optional<byte[]>> get(URI url, int limit, long deadline)
            throws ExecutionException, InterruptedException, TimeoutException {
        HttpRequest request = HttpRequest.newBuilder(url)
                .header("Accept", "application/wasm, */*;q=0.1")
                .build();
        CompletableFuture<HttpResponse<Optional<byte[]>>> answer = client().sendAsync(request, body(limit));
        try {
            return answer.get(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
        } finally {
            answer.cancel(true); // Without effect on one that is complete.
        }
    }

    /** Octets of an answer with a module; nothing where they are more than the limit, or there is none. */
    private static BodyHandler<Optional<byte[]>> body(int limit) {
        return head -> {
            long announced = head.headers().firstValueAsLong("Content-Length").orElse(0);
            return new BoundedBody(head.statusCode() == 200 && announced <= limit ? limit : -1);
        };
    }

    private ApiException unavailable(URI url, Exception why) {
        LOG.log(Level.WARNING, "module source " + name + ": " + url + " cannot be read: " + why);
        return new ApiException(502, "module source does not answer");
    }

    /** Made when it is needed first: it has a thread. */
    private synchronized HttpClient client() {
        HttpClient made = client;
        if (made == null) {
            made = HttpClient.newBuilder()
                    .version(HttpClient.Version.HTTP_1_1)
                    .followRedirects(HttpClient.Redirect.NEVER)
                    .connectTimeout(timeout)
                    .executor(Executors.newVirtualThreadPerTaskExecutor())
                    .build();
            client = made;
        }
        return made;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof HttpSource that
                && name.equals(that.name)
                && allowed.equals(that.allowed)
                && timeout.equals(that.timeout);
    }

    @Override
    public int hashCode() {
        return Objects.hash(name, allowed, timeout);
    }
}
