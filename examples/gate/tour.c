// What the tour of docs/gate.md sends to a server.
#include "gate.h"

static const char *const services[] = {"origin"};
static u8 text[64];

// Answers one connection.
static void answer(const u8 *at, u32 n) {
  struct stream s;
  stream_accept(&s, 0, 0, 0);
  flow(&s, 0);  // no input is wanted
  stream_write(&s, at, n);
}

static void answer_number(u64 n) {
  u32 size = decimal(text, n);
  text[size] = '\n';
  answer(text, size + 1);
}

EXPORT(hello) int hello(void) {
  static const char words[] = "hello, world\n";
  if (!discover(services, 1)) return 1;
  answer((const u8 *)words, sizeof words - 1);
  return 0;
}

// Counts its connections, without end.
EXPORT(count) void count(void) {
  static u64 connections;
  if (!discover(services, 1)) return;
  for (;;) answer_number(++connections);
}

// Counts the primes below two million, which takes a while, and tells them to one connection.
EXPORT(primes) int primes(void) {
  u32 found = 1;
  for (u32 n = 3; n < 2000000; n += 2) {
    u32 d = 3;
    while (d * d <= n && n % d) d += 2;
    if (d * d > n) found++;
  }
  if (!discover(services, 1)) return 1;
  answer_number(found);
  return 0;
}
