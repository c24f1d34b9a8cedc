/* A small program for the fuzz targets: structures, unions, bit-fields, pointers, arrays, enums, inlined calls. */
typedef struct point { int x, y; struct point *next; } point;
typedef union { float f; unsigned u; unsigned char bytes[4]; } number;
enum color { RED, GREEN = 7, BLUE = -3 };
typedef struct { unsigned a : 3; unsigned b : 12; enum color color; const char *name; double values[3][2]; } record;
static record records[2] = {{1, 2, GREEN, "first", {{1, 2}, {3, 4}, {5, 6}}}, {7, 4095, BLUE, 0, {{0}}}};
static inline __attribute__((always_inline)) int sum(const point *list) {
    int total = 0;
    for (; list; list = list->next) { int part = list->x * list->y; total += part; }
    return total;
}
__attribute__((export_name("main"))) int run(int count) {
    point first = {1, 2, 0}, second = {count, 4, &first};
    number number = {.f = 1.5f};
    records[count & 1].a += number.bytes[2];
    return sum(&second) + (int)records[count & 1].values[1][0];
}
