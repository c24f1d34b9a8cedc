// Values of C++'s own types.
namespace geo {
struct Base { int id = 4; virtual ~Base() {} virtual int area() { return 0; } };
struct Rect : Base { int w, h; static int made; static constexpr int sides = 4; Rect(int w, int h) : w(w), h(h) {} int area() override { return w * h + id; } };
int Rect::made = 1;
struct Named { const char *name = "n"; };
struct Empty {};
struct Both : Rect, Named, Empty { char last = 'z'; Both() : Rect(1, 2) {} };
namespace { struct Hidden { struct Inner { int deep = 1; } inner; }; }
inline namespace v2 { enum class Level : short { Low = -1, High = 300 }; }
}
struct Top { int top = 1; };
struct Left : virtual Top { int left = 2; };
struct Right : virtual Top { int right = 3; };
struct Diamond : Left, Right { int bottom = 5; };
// What LLVM's libc++ declares, as far as values need it.
namespace std { inline namespace __1 {
template <class T> class allocator {};
template <class T> struct char_traits {};
template <class T, class A = allocator<T>> class vector { public: T *__begin_; T *__end_; struct { T *__cap_; A __alloc_; }; };
template <class T> class default_delete {};
template <class T, class D = default_delete<T>> class unique_ptr { public: T *__ptr_ = nullptr; };
template <class T> struct __optional_base { union { char __null_state_; T __val_; }; bool __engaged_ = false; __optional_base() {} };
template <class T> struct optional : __optional_base<T> {};
template <class T, unsigned N> struct array { T __elems_[N]; };
template <class C, class T = char_traits<C>, class A = allocator<C>> class basic_string {
  public:
    static const unsigned long npos = -1;
    struct __long { unsigned __is_long_ : 1; unsigned __cap_ : 31; unsigned __size_; C *__data_; };
    struct __short { unsigned char __is_long_ : 1; unsigned char __size_ : 7; char __padding_[0]; C __data_[11]; };
    union __rep { __short __s; __long __l; };
    struct { __rep __rep_; A __alloc_; };
};
typedef basic_string<char> string;
template <class K, class V> class map { public: struct __tree { void *__begin_node_; unsigned __size_; } __tree_; };
} }
namespace own { template <class T> struct vector { T *__begin_; T *__end_; int more = 1; }; }
template <class T, int N> struct Box { T items[N]; T sum() { T t{}; for (auto &i : items) t += i; return t; } };
enum class Mode : unsigned char { Off, On = 200 };
void operator delete(void *, unsigned long) noexcept {}
struct Counter { int count = 1; int add(int by) { count += by; return count; } };
int twice(int v) { return v * 2; }
int look(int n) {
    geo::Rect rect(3, 4);
    geo::Base &ref = rect;
    geo::Base *ptr = &rect;
    geo::Both both;
    geo::Hidden::Inner inner;
    geo::Level level = geo::Level::Low;
    Diamond diamond;
    int &&rv = 5;
    int &nref = n;
    const int &cref = n;
    int grid[2][2] = {{1, 2}, {3, 4}};
    int (&whole)[2][2] = grid;
    Box<double, 2> box{{1.5, 2.5}};
    Mode m = Mode::On;
    bool b = true;
    char16_t c16 = u'é';
    char32_t c32 = U'😀';
    wchar_t wc = L'x';
    decltype(nullptr) null = nullptr;
    auto lam = [&n, b](int k) { return k + n + (b ? 1 : 0); };
    int geo::Rect::*mem = &geo::Rect::h;
    int (geo::Base::*mf)() = &geo::Base::area;
    int (Counter::*plain)(int) = &Counter::add;
    int (*fn)(int) = twice;
    Counter counter;
    __int128 big = (__int128)1 << 100;
    std::string small, longer;
    small.__rep_.__s = {0, 2, {}, "hi"};
    longer.__rep_.__l = {1, 20, 18, (char *)"longer than eleven"};
    int numbers[3] = {1, 2, 3};
    std::vector<int> list; list.__begin_ = numbers; list.__end_ = numbers + 3;
    std::vector<int> wrong; wrong.__begin_ = numbers + 3; wrong.__end_ = numbers;
    own::vector<int> other; other.__begin_ = other.__end_ = nullptr;
    std::unique_ptr<int> unique, none; unique.__ptr_ = numbers + 1;
    std::optional<int> some, nothing; some.__val_ = 3; some.__engaged_ = true;
    std::array<short, 2> array{4, 5};
    std::map<int, int> map; map.__tree_.__size_ = 1;
    int sum = lam(2) + fn(1); // STOP
    return sum;
}
extern "C" void __cxa_pure_virtual() {}
extern "C" void _start() { look(7); }
