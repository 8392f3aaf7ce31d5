// Functions that are procedures of a realm: polywire.yaml beside this file says which, docs/gate.md how. What comes in is
// one document, [args, kwargs, details] in JSON, what goes out is the result.
#include "gate.h"

static u8 document[65536], answer[64];

// The numbers of args, which are the first list of the document. Returns 0 if there is anything else in it.
static int add(const u8 *p, const u8 *end, long long *sum) {
  for (*sum = 0, p += 2; p < end && *p != ']'; p++) {
    if (*p == ',' || *p == ' ') continue;
    int negative = *p == '-';
    p += negative;
    if (p == end || *p < '0' || *p > '9') return 0;
    long long n = 0;
    while (p < end && *p >= '0' && *p <= '9') n = 10 * n + (*p++ - '0');
    *sum += negative ? -n : n;
    p--;
  }
  return 1;
}

static const char *const services[] = {"origin"};

// One call: an instance of its own. 1 is the error polywire.gate.error.failed with the output as its argument.
EXPORT(sum) int sum(void) {
  struct stream s;
  if (!discover(services, 1)) return 1;
  stream_accept(&s, 0, document, sizeof document);
  long long total;
  if (!stream_read(&s) || !add(document, document + s.size, &total)) {
    static const char why[] = "whole numbers are expected";
    stream_write(&s, (const u8 *)why, sizeof why - 1);
    return 1;
  }
  stream_write(&s, answer, decimal(answer, total));
  return 0;
}

// Where a JSON value ends: at a comma or bracket that is not inside of it.
static u32 json_end(u32 at, u32 size) {
  int depth = 0, quoted = 0;
  for (; at < size; at++) {
    u8 c = document[at];
    if (quoted && c == '\\') at++;
    else if (c == '"') quoted = !quoted;
    else if (quoted) continue;
    else if (depth == 0 && (c == ',' || c == ']')) break;
    else if (c == '[' || c == '{') depth++;
    else if (c == ']' || c == '}') depth--;
  }
  return at;
}

static u32 add_text(u8 *to, u32 at, const char *text) {
  copy(to + at, (const u8 *)text, length(text));
  return at + length(text);
}

// What it is called with: an object of only args and kwargs stands for those.
EXPORT(echo) int echo(void) {
  static u8 result[sizeof document + 32];
  struct stream s;
  if (!discover(services, 1)) return 1;
  stream_accept(&s, 0, document, sizeof document);
  if (!stream_read(&s)) return 1;
  u32 comma = json_end(1, s.size), end = json_end(comma + 1, s.size), n;
  n = add_text(result, 0, "{\"args\":");
  copy(result + n, document + 1, comma - 1);
  n = add_text(result, n + comma - 1, ",\"kwargs\":");
  copy(result + n, document + comma + 1, end - comma - 1);
  n = add_text(result, n + end - comma - 1, "}");
  stream_write(&s, result, n);
  return 0;
}

// One call after the other: a resident instance, whose memory stays.
EXPORT(count) void count(void) {
  static u64 calls;
  struct stream s;
  if (!discover(services, 1)) return;
  for (;;) {
    stream_accept(&s, 0, document, sizeof document);
    stream_read(&s);
    stream_write(&s, answer, decimal(answer, ++calls));
  }
}
