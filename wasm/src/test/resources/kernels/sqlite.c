// Kernel for the benchmark: SQLite in memory. To build it anew, with the amalgamation's sqlite3.c and sqlite3.h here:
//   clang --target=wasm32-wasi -mexec-model=reactor -O2 -DSQLITE_OS_OTHER=1 -DSQLITE_THREADSAFE=0 \
//     -DSQLITE_OMIT_LOAD_EXTENSION -DSQLITE_TEMP_STORE=3 -DSQLITE_OMIT_WAL -DSQLITE_DEFAULT_MEMSTATUS=0 \
//     -Wl,--strip-debug -o sqlite.wasm sqlite.c sqlite3.c
#include "sqlite3.h"

// A virtual file system without files: all is in memory.
static int open(sqlite3_vfs *v, const char *name, sqlite3_file *f, int flags, int *out) { return SQLITE_CANTOPEN; }
static int full(sqlite3_vfs *v, const char *name, int n, char *out) { return SQLITE_CANTOPEN; }
static int access(sqlite3_vfs *v, const char *name, int flags, int *out) { return *out = 0; }
static int randomness(sqlite3_vfs *v, int n, char *out) {
    for (int i = 0; i < n; i++) out[i] = (char)(i * 7);
    return n;
}
static int sleep(sqlite3_vfs *v, int us) { return us; }
static int now(sqlite3_vfs *v, double *t) { *t = 2460000.5; return SQLITE_OK; }
static sqlite3_vfs vfs = {1, 0, 100, 0, "none", 0, open, 0, access, full, 0, 0, 0, 0, randomness, sleep, now};
int sqlite3_os_init(void) { return sqlite3_vfs_register(&vfs, 1); }
int sqlite3_os_end(void) { return SQLITE_OK; }

static sqlite3 *db;


static int number(const char *sql) {
    sqlite3_stmt *s;
    int n = -1;
    if (sqlite3_prepare_v2(db, sql, -1, &s, 0) != SQLITE_OK) return -2;
    if (sqlite3_step(s) == SQLITE_ROW) n = sqlite3_column_int(s, 0);
    sqlite3_finalize(s);
    return n;
}

// Opens a data base and asks it something: what a first call costs.
__attribute__((export_name("first"))) int first(void) {
    if (sqlite3_open(":memory:", &db) != SQLITE_OK) return -3;
    sqlite3_exec(db, "create table t(a integer primary key, b text, c int)", 0, 0, 0);
    sqlite3_exec(db, "insert into t(b, c) values('x', 7)", 0, 0, 0);
    int n = number("select count(*) + sum(c) from t where b = 'x'");
    sqlite3_close(db);
    return n;
}

// Inserts n rows and scans them five times.
__attribute__((export_name("run"))) int run(int n) {
    if (sqlite3_open(":memory:", &db) != SQLITE_OK) return -3;
    sqlite3_exec(db, "create table t(a integer primary key, b text, c int)", 0, 0, 0);
    sqlite3_exec(db, "begin", 0, 0, 0);
    sqlite3_stmt *s;
    sqlite3_prepare_v2(db, "insert into t(b, c) values('row number ' || ?1, ?1 * 7919 % 10007)", -1, &s, 0);
    for (int i = 0; i < n; i++) {
        sqlite3_bind_int(s, 1, i);
        sqlite3_step(s);
        sqlite3_reset(s);
    }
    sqlite3_finalize(s);
    sqlite3_exec(db, "commit", 0, 0, 0);
    int sum = 0;
    for (int i = 0; i < 5; i++) sum += number("select sum(c + length(b)) from t where b like '%1%' or c > 5000");
    sum += number("select count(*) from (select c, count(*) from t group by c order by c desc)");
    sqlite3_close(db);
    return sum;
}
