// What a program needs to talk to a Gate server: packets, services, the client's stream, CBOR. No library is needed.
// docs/gate.md says what the packets mean.
#ifndef GATE_H
#define GATE_H

typedef unsigned char u8;
typedef unsigned int u32;
typedef unsigned long long u64;

#define EXPORT(name) __attribute__((export_name(#name)))

static void copy(u8 *to, const u8 *from, u32 n) {
  while (n--) *to++ = *from++;
}

static u32 length(const char *text) {
  u32 n = 0;
  while (text[n]) n++;
  return n;
}

// Writes a number; returns the count of its characters, at most 20.
static u32 decimal(u8 *to, long long n) {
  u8 digits[20];
  u32 count = 0, size = 0;
  u64 left = n < 0 ? -(u64)n : (u64)n;
  do digits[count++] = '0' + left % 10;
  while (left /= 10);
  if (n < 0) to[size++] = '-';
  while (count) to[size++] = digits[--count];
  return size;
}

// ---- packets ------------------------------------------------------------------------------------------------------

enum { CALL, INFO, FLOW, DATA };  // domains
enum { DISCOVERY = -1 };          // code
enum { MAX_PACKET = 65536 };

struct header {
  u32 size;  // with the header, without the padding to a multiple of 8
  short code;
  u8 domain;
  u8 index;
};

struct vector {
  const void *at;
  u32 size;
};

__attribute__((import_module("gate"), import_name("io_65536"))) void gate_io(
    const struct vector *receive, u32 receives, u32 *received, const struct vector *send, u32 sends, u32 *sent, u32 wait);

// The packet that came last, and the one that goes next.
static struct {
  struct header head;
  u8 content[MAX_PACKET];
} in __attribute__((aligned(8))), out __attribute__((aligned(8)));

static u32 padded(u32 size) { return (size + 7) & ~7u; }

// Sends the packet whose head and content are in `out`.
static void packet_send(void) {
  u32 left = padded(out.head.size);
  const u8 *at = (const u8 *)&out;
  while (left) {
    struct vector v = {at, left};
    u32 sent = 0;
    gate_io(0, 0, 0, &v, 1, &sent, 1);
    at += sent;
    left -= sent;
  }
}

static void exactly(u8 *at, u32 left) {
  while (left) {
    struct vector v = {at, left};
    u32 received = 0;
    gate_io(&v, 1, &received, 0, 0, 0, 1);
    at += received;
    left -= received;
  }
}

// Waits for a packet; returns the size of its content.
static u32 packet_receive(void) {
  exactly((u8 *)&in, sizeof in.head);
  exactly(in.content, padded(in.head.size) - sizeof in.head);
  return in.head.size - sizeof in.head;
}

static void packet(int code, int domain, u32 content) {
  out.head.size = sizeof out.head + content;
  out.head.code = code;
  out.head.domain = domain;
  out.head.index = 0;
}

// Asks for services by their names; the first gets the code 0, the next 1. Returns whether all are there.
static int discover(const char *const *names, u32 count) {
  u32 size = 2;
  out.content[0] = count;
  out.content[1] = 0;
  for (u32 i = 0; i < count; i++) {
    u32 n = length(names[i]);
    out.content[size] = n;
    copy(out.content + size + 1, (const u8 *)names[i], n);
    size += 1 + n;
  }
  packet(DISCOVERY, CALL, size);
  packet_send();
  do packet_receive();
  while (in.head.code != DISCOVERY || in.head.domain != CALL);
  for (u32 i = 0; i < count; i++)
    if (!(in.content[2 + i] & 1)) return 0;
  return 1;
}

// ---- the client's stream ------------------------------------------------------------------------------------------

struct stream {
  int code;  // of the service "origin"
  int id;
  int credit;  // how much may be sent
  int inputEnded, outputEnded;
  u8 *to;  // where input goes
  u32 size, room;
};

static void flow(struct stream *s, int more) {
  int *entry = (int *)out.content;
  entry[0] = s->id;
  entry[1] = more;
  packet(s->code, FLOW, 8);
  packet_send();
}

// Waits for a client.
static void stream_accept(struct stream *s, int code, u8 *to, u32 room) {
  *s = (struct stream){.code = code, .to = to, .room = room};
  packet(code, CALL, 0);
  packet_send();
  do packet_receive();
  while (in.head.code != code || in.head.domain != CALL);
  s->id = *(int *)in.content;
}

// Waits for a packet and takes note of it.
static void stream_step(struct stream *s) {
  u32 n = packet_receive();
  const int *entry = (const int *)in.content;
  if (in.head.code != s->code) return;
  if (in.head.domain == FLOW) {
    for (; n >= 8; n -= 8, entry += 2) {
      if (entry[0] != s->id) continue;
      if (entry[1] == 0) s->outputEnded = 1;
      if (entry[1] > 0) s->credit += entry[1];
    }
  } else if (in.head.domain == DATA && entry[0] == s->id) {
    n -= 8;
    if (n == 0 || n > s->room - s->size) {
      s->inputEnded = 1;
    } else {
      copy(s->to + s->size, in.content + 8, n);
      s->size += n;
    }
  }
}

// Reads until the client's input ends. Returns whether it fits.
static int stream_read(struct stream *s) {
  flow(s, s->room);  // more than that nobody sends
  while (!s->inputEnded && s->size < s->room) stream_step(s);
  flow(s, 0);
  return s->size < s->room;
}

static void stream_data(struct stream *s, const u8 *at, u32 n) {
  int *entry = (int *)out.content;
  entry[0] = s->id;
  entry[1] = 0;
  copy(out.content + 8, at, n);
  packet(s->code, DATA, 8 + n);
  packet_send();
}

// Writes all of the output, and its end.
static void stream_write(struct stream *s, const u8 *at, u32 left) {
  while (left && !s->outputEnded) {
    u32 n = left < MAX_PACKET / 2 ? left : MAX_PACKET / 2;
    if (n > (u32)s->credit) n = s->credit;
    if (n == 0) {
      stream_step(s);
      continue;
    }
    stream_data(s, at, n);
    s->credit -= n;
    at += n;
    left -= n;
  }
  stream_data(s, 0, 0);
  while (!s->outputEnded) stream_step(s);
}

// ---- CBOR ---------------------------------------------------------------------------------------------------------

enum { UNSIGNED, NEGATIVE, BYTES, TEXT, ARRAY, MAP, TAG, SIMPLE };  // major types

struct item {
  int major;
  u64 number;       // value, length or count
  const u8 *start;  // of the item
  const u8 *at;     // behind its head
};

// Reads the head of an item. What comes from the server is well-formed and of definite length.
static struct item item(const u8 *p) {
  struct item i = {.major = *p >> 5, .number = *p & 31, .start = p};
  u32 more = i.number < 24 ? 0 : 1u << (i.number - 24);
  p++;
  if (more) i.number = 0;
  while (more--) i.number = i.number << 8 | *p++;
  i.at = p;
  return i;
}

// Where the item that begins here ends.
static const u8 *behind(const u8 *p) {
  u64 items = 1;
  while (items) {
    struct item i = item(p);
    p = i.at;
    items--;
    if (i.major == BYTES || i.major == TEXT) p += i.number;
    if (i.major == ARRAY) items += i.number;
    if (i.major == MAP) items += 2 * i.number;
    if (i.major == TAG) items++;
  }
  return p;
}

// The n-th item of an array.
static const u8 *element(const u8 *array, u32 n) {
  const u8 *p = item(array).at;
  while (n--) p = behind(p);
  return p;
}

static int is(const u8 *p, const char *text) {
  struct item i = item(p);
  if (i.major != TEXT || i.number != length(text)) return 0;
  for (u32 n = 0; n < i.number; n++)
    if (i.at[n] != (u8)text[n]) return 0;
  return 1;
}

// Content of the next packet, written item by item.
static u32 written;

static void put_head(int major, u64 number) {
  if (number < 24) {
    out.content[written++] = major << 5 | number;
    return;
  }
  out.content[written++] = major << 5 | 27;
  for (int shift = 56; shift >= 0; shift -= 8) out.content[written++] = number >> shift;
}

static void put_text(const char *text) {
  u32 n = length(text);
  put_head(TEXT, n);
  copy(out.content + written, (const u8 *)text, n);
  written += n;
}

// Copies items as they are.
static void put(const u8 *from, const u8 *to) {
  copy(out.content + written, from, to - from);
  written += to - from;
}

#endif
