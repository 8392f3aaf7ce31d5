// WASI: writes a file in a granted folder, reads it back, lists the folder, removes the file.
#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
int main(int argc, char **argv) {
  char path[256], text[64] = {0};
  if (argc < 2) return 1;
  snprintf(path, sizeof path, "%s/note.txt", argv[1]);
  FILE *f = fopen(path, "w");
  if (!f) { perror("open"); return 2; }
  fputs("written by a guest", f);
  fclose(f);
  f = fopen(path, "r");
  if (!f) return 3;
  fseek(f, 8, SEEK_SET);
  if (!fgets(text, sizeof text, f)) return 4;
  fclose(f);
  printf("%s\n", text);
  DIR *d = opendir(argv[1]);
  if (!d) return 5;
  for (struct dirent *e; (e = readdir(d));) if (e->d_name[0] != '.') printf("%s\n", e->d_name);
  closedir(d);
  if (unlink(path)) return 6;
  return fopen(path, "r") ? 7 : 0;
}
