// A program that is a session of the realm: it registers procedures, calls, publishes and subscribes with the service
// "wamp", whose calls, replies and infos are CBOR arrays (docs/gate.md).
//
//   com.example.guest.square   [n]               n * n
//   com.example.guest.echo     [...]             what it is called with
//   com.example.guest.call     [uri, args...]    calls another procedure, and has its outcome
//   com.example.guest.publish  [topic, args...]
//   com.example.guest.listen   [topic]           subscribes, as to com.example.guest.news from the beginning
//
// Each event is published again, as com.example.guest.heard [details, args...]. What the service cannot do comes back.
// com.example.guest.ready is published when all of that is there.
#include "gate.h"

enum { WAMP };  // code of the service

// Replies come in the order of the calls: what each is for.
enum { NOTHING, PASSED_ON, DONE, REGISTERED };  // REGISTERED and what follows: the procedure
static struct {
  int purpose;
  u64 request;  // of the invocation that waits for it
} pending[256];
static u8 first, last;

enum { SQUARE, ECHO, CALLING, PUBLISHING, LISTENING, PROCEDURES };
static const char *const uris[] = {"com.example.guest.square", "com.example.guest.echo", "com.example.guest.call",
                                   "com.example.guest.publish", "com.example.guest.listen"};
static u64 registrations[PROCEDURES];

static void begin(int elements) {
  written = 0;
  put_head(ARRAY, elements);
}

static void end(int purpose, u64 request) {
  pending[last].purpose = purpose;
  pending[last++].request = request;
  packet(WAMP, CALL, written);
  packet_send();
}

static void put_empty_map(void) { put_head(MAP, 0); }

static void request(const char *what, const char *uri, int purpose) {
  begin(3);
  put_text(what);
  put_text(uri);
  put_empty_map();
  end(purpose, 0);
}

static void begin_yield(u64 request) {
  begin(5);
  put_text("yield");
  put_head(UNSIGNED, request);
}

static void yield_nothing(u64 request) {
  begin_yield(request);
  put_head(ARRAY, 0);
  put_empty_map();
  put_empty_map();
  end(NOTHING, 0);
}

static void refuse(u64 request, const char *why) {
  begin(5);
  put_text("fail");
  put_head(UNSIGNED, request);
  put_text("wamp.error.invalid_argument");
  put_head(ARRAY, 1);
  put_text(why);
  put_empty_map();
  end(NOTHING, 0);
}

// Calls, publishes or subscribes to what the arguments of an invocation say.
static void pass_on(const char *what, u64 request, const u8 *args, int with_args, int purpose) {
  const u8 *uri = element(args, 0), *rest = behind(uri);
  begin(with_args ? 5 : 3);
  put_text(what);
  put(uri, rest);
  if (with_args) {
    put_head(ARRAY, item(args).number - 1);
    put(rest, behind(args));
    put_empty_map();
  }
  put_empty_map();
  end(purpose, request);
}

static void square(u64 request, const u8 *args) {
  struct item n = item(element(args, 0));
  if (item(args).number != 1 || n.major > NEGATIVE || n.number >= 1u << 31) {
    refuse(request, "one small whole number is expected");
    return;
  }
  u64 root = n.number + n.major;  // -1 is written as 0 of the negative numbers
  begin_yield(request);
  put_head(ARRAY, 1);
  put_head(UNSIGNED, root * root);
  put_empty_map();
  put_empty_map();
  end(NOTHING, 0);
}

static void invoked(const u8 *message) {
  u64 request = item(element(message, 1)).number, registration = item(element(message, 2)).number;
  const u8 *args = element(message, 4);
  int procedure = 0;
  while (procedure < PROCEDURES && registrations[procedure] != registration) procedure++;
  if (procedure == SQUARE) {
    square(request, args);
  } else if (procedure == ECHO) {
    begin_yield(request);
    put(args, behind(message));
    put_empty_map();
    end(NOTHING, 0);
  } else if (item(args).number == 0 || item(element(args, 0)).major != TEXT) {
    refuse(request, "a URI is expected");
  } else if (procedure == CALLING) {
    pass_on("call", request, args, 1, PASSED_ON);
  } else if (procedure == PUBLISHING) {
    pass_on("publish", request, args, 1, DONE);
  } else {
    pass_on("subscribe", request, args, 0, DONE);
  }
}

static void heard(const u8 *message) {
  const u8 *details = element(message, 3), *args = element(message, 4);
  begin(5);
  put_text("publish");
  put_text("com.example.guest.heard");
  put_head(ARRAY, 1 + item(args).number);
  put(details, args);
  put(item(args).at, behind(args));
  put_empty_map();
  put_empty_map();
  end(NOTHING, 0);
}

static void replied(const u8 *message) {
  int purpose = pending[first].purpose, failed = is(element(message, 0), "error");
  u64 request = pending[first++].request;
  if (purpose >= REGISTERED && !failed) registrations[purpose - REGISTERED] = item(element(message, 1)).number;
  if (purpose != PASSED_ON && purpose != DONE) return;
  if (failed) {  // ["error", uri, args, kwargs]
    begin(5);
    put_text("fail");
    put_head(UNSIGNED, request);
    put(element(message, 1), behind(message));
    end(NOTHING, 0);
  } else if (purpose == DONE) {
    yield_nothing(request);
  } else {  // ["result", args, kwargs]
    begin_yield(request);
    put(element(message, 1), behind(message));
    put_empty_map();
    end(NOTHING, 0);
  }
}

EXPORT(main) int run(void) {
  static const char *const services[] = {"wamp"};
  if (!discover(services, 1)) return 1;
  for (int i = 0; i < PROCEDURES; i++) request("register", uris[i], REGISTERED + i);
  request("subscribe", "com.example.guest.news", NOTHING);
  begin(5);
  put_text("publish");
  put_text("com.example.guest.ready");
  put_head(ARRAY, 0);
  put_empty_map();
  put_empty_map();
  end(NOTHING, 0);
  for (;;) {
    packet_receive();
    if (in.head.code != WAMP) continue;
    if (in.head.domain == CALL) replied(in.content);
    else if (is(element(in.content, 0), "invocation")) invoked(in.content);
    else if (is(element(in.content, 0), "event")) heard(in.content);
  }
}
