// WASI: prints numbers, with much work between them; for saving a run in the middle.
#include <stdio.h>
#include <stdlib.h>
int main(int argc, char **argv) {
  int n = argc > 1 ? atoi(argv[1]) : 50;
  unsigned x = 1;
  for (int i = 0; i < n; i++) {
    for (int j = 0; j < 20000000; j++) x = x * 1664525u + 1013904223u;
    printf("%d %u\n", i, x);
    fflush(stdout);
  }
  return 3;
}
