// WASI: arguments, environment, standard input and output, exit code.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
int main(int argc, char **argv) {
  char line[256];
  for (int i = 1; i < argc; i++) printf("arg %s\n", argv[i]);
  const char *e = getenv("GREETING");
  if (e) printf("env %s\n", e);
  while (fgets(line, sizeof line, stdin)) printf("in %s", line);
  fflush(stdout);
  fprintf(stderr, "done\n");
  return argc > 1 ? atoi(argv[argc - 1]) : 0;
}
