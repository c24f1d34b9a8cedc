// Values of C's types; `build.sh` compiles it.
typedef unsigned long long uint64_t; typedef long long int64_t;
typedef struct node { int value; struct node *next; } node;
enum color { RED, GREEN = 5, BLUE = -1 };
enum big { LOW = 1, HIGH = 0xF000000000000000ull };
union num { int i; float f; };
struct bits { unsigned a : 3; unsigned b : 5; int c : 4; unsigned d : 20; };
struct wide_bits { uint64_t low : 7; int64_t middle : 40; uint64_t high : 17; _Bool flag : 1; enum color e : 3; };
struct mixed { char tag; union { int whole; short half[2]; }; struct { int x, y; } at; };
struct flexible { int n; int rest[]; };
typedef unsigned char byte;
int counter = 3;
static const char *const title = "static title";
int sum(const int *xs, int n) {
    int total = 0;
    for (int i = 0; i < n; i++) total += xs[i];
    return total;
}
int two(void) { return 2; }
int look(int count) {
    int grid[2][3] = {{1, 2, 3}, {4, 5, 6}};
    int cube[2][1][2] = {{{1, 2}}, {{3, 4}}};
    char buf[8] = "hi\n";
    char words[2][4] = {"one", "two"};
    char full[2] = {'a', 'b'};
    const char *text = "hello";
    const char *bad = (const char *)0xFFFFFFF0u;
    const char *names[2] = {"x", "y"};
    byte b = 200; signed char sc = -5; char c = 'A'; short sh = -300; long l = -4; long long ll = 1LL << 40;
    unsigned long long ull = ~0ULL; __int128 huge = ((__int128)1 << 100); unsigned _BitInt(100) wider = 5;
    float f = 1.5f; double d = -0.0; long double ld = 2.5L; long double tenth = 0.1L; __fp16 half = 1.5;
    _Complex float cf = 1.0f + 2.0fi; _Complex double cd = 3.0 - 4.0i;
    _Bool yes = 1;
    enum color col = BLUE, col2 = GREEN, odd = (enum color)7;
    enum big high = HIGH;
    union num u; u.f = 1.0f;
    struct bits bt = {5, 17, -3, 99};
    struct wide_bits wb = {100, -5, 70000, 1, BLUE};
    struct mixed m = {'m', {0x00020001}, {3, 4}};
    struct flexible flex = {2};
    node n2 = {2, 0}; node n1 = {1, &n2}; node *p = &n1;
    int (*fn)(const int *, int) = sum;
    int (*table[2])(void) = {two, 0};
    int (*row)[3] = &grid[1];
    void *vp = grid;
    int vla[count + 1]; for (int i = 0; i <= count; i++) vla[i] = 11 + i;
    short vla2[count][2]; for (int i = 0; i < count; i++) { vla2[i][0] = i; vla2[i][1] = -i; }
    const volatile int cv = 9;
    int *const fixed = &counter;
    int s = fn(grid[0], 3); // STOP
    return s;
}
void _start(void) { counter = look(2); }
