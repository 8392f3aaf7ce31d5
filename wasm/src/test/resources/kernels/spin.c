// Fills a memory of 1 MiB with different bytes, then runs for ever in a tight loop.
static volatile unsigned char bytes[15 << 16];
__attribute__((export_name("run"))) int run(int n) {
  unsigned x = n;
  for (int i = 0; i < sizeof bytes; i++) bytes[i] = (x = x * 1664525 + 1013904223) >> 24;
  for (;;) {
    x = x * 1664525 + 1013904223;
    bytes[x & 0xffff] = x >> 24;
  }
}
