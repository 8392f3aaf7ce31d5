// A program that is a session of the realm: it registers procedures, calls, publishes and subscribes with the service
// "wamp", whose calls, replies and infos are CBOR arrays (docs/gate.md).
//
//   com.example.guest.square   [n]               n * n
//   com.example.guest.call     [uri, args...]    calls another procedure, and has its outcome
//   com.example.guest.publish  [topic, args...]
//   com.example.guest.news                       topic that it listens to; each event is published again as
//   com.example.guest.heard                      [details, args...]
//
// com.example.guest.ready is published when all of that is there.
#include "gate.h"

enum { WAMP };  // code of the service

// Replies come in the order of the calls: what each is for.
enum { NOTHING, SQUARE_REGISTERED, CALL_REGISTERED, PUBLISH_REGISTERED, CALLED, PUBLISHED };
static struct {
  int purpose;
  u64 request;  // of the invocation that waits for it
} pending[256];
static u8 first, last;

static u64 square, call, publish;  // registrations

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

static void begin_yield(u64 request, u32 args) {
  begin(5);
  put_text("yield");
  put_head(UNSIGNED, request);
  put_head(ARRAY, args);
}

static void end_yield(void) {
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

// Calls or publishes what the arguments of an invocation say.
static void pass_on(const char *what, u64 request, const u8 *args, u32 count, int purpose) {
  const u8 *uri = element(args, 0), *rest = behind(uri);
  begin(5);
  put_text(what);
  put(uri, rest);
  put_head(ARRAY, count - 1);
  put(rest, behind(args));
  put_empty_map();
  put_empty_map();
  end(purpose, request);
}

static void invoked(const u8 *message) {
  u64 request = item(element(message, 1)).number, registration = item(element(message, 2)).number;
  const u8 *args = element(message, 4);
  u32 count = item(args).number;
  if (registration == square) {
    struct item n = item(element(args, 0));
    if (count != 1 || n.major > NEGATIVE || n.number >= 1u << 31) {
      refuse(request, "one small whole number is expected");
      return;
    }
    u64 root = n.number + n.major;  // -1 is written as 0 of the negative numbers
    begin_yield(request, 1);
    put_head(UNSIGNED, root * root);
    end_yield();
  } else if (count == 0 || item(element(args, 0)).major != TEXT) {
    refuse(request, "a URI is expected");
  } else if (registration == call) {
    pass_on("call", request, args, count, CALLED);
  } else {
    pass_on("publish", request, args, count, PUBLISHED);
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
  int purpose = pending[first].purpose;
  u64 request = pending[first++].request;
  int failed = is(element(message, 0), "error");
  if (purpose == SQUARE_REGISTERED) square = item(element(message, 1)).number;
  if (purpose == CALL_REGISTERED) call = item(element(message, 1)).number;
  if (purpose == PUBLISH_REGISTERED) publish = item(element(message, 1)).number;
  if (purpose < CALLED) return;
  if (failed) {  // ["error", uri, args, kwargs]
    begin(5);
    put_text("fail");
    put_head(UNSIGNED, request);
    put(element(message, 1), behind(message));
    end(NOTHING, 0);
  } else if (purpose == PUBLISHED) {
    begin_yield(request, 0);
    end_yield();
  } else {  // ["result", args, kwargs]
    begin(5);
    put_text("yield");
    put_head(UNSIGNED, request);
    put(element(message, 1), behind(message));
    put_empty_map();
    end(NOTHING, 0);
  }
}

EXPORT(main) int run(void) {
  static const char *const services[] = {"wamp"};
  if (!discover(services, 1)) return 1;
  request("register", "com.example.guest.square", SQUARE_REGISTERED);
  request("register", "com.example.guest.call", CALL_REGISTERED);
  request("register", "com.example.guest.publish", PUBLISH_REGISTERED);
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
