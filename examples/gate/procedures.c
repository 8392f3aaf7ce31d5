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

static u32 decimal(long long n) {
  u8 digits[20];
  u32 count = 0, size = 0;
  u64 left = n < 0 ? -(u64)n : (u64)n;
  do digits[count++] = '0' + left % 10;
  while (left /= 10);
  if (n < 0) answer[size++] = '-';
  while (count) answer[size++] = digits[--count];
  return size;
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
  stream_write(&s, answer, decimal(total));
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
    stream_write(&s, answer, decimal(++calls));
  }
}
