// A small program for the fuzz targets: classes, virtual functions, references, templates, namespaces, a member pointer.
namespace shapes {
struct Shape { virtual int area() const = 0; protected: int id = 3; };
struct Square : Shape { int side; explicit Square(int side) : side(side) {} int area() const override { return side * side + id; } };
template <typename T, int N> struct Row { T items[N]; T &at(int index) { return items[index]; } };
enum class Mode : unsigned char { Off, On };
}
extern "C" void __cxa_pure_virtual() { __builtin_trap(); }
extern "C" __attribute__((export_name("main"))) int run(int count) {
    shapes::Row<long long, 4> row = {{1, 2, 3, 4}};
    auto &item = row.at(count & 3);
    shapes::Square square(static_cast<int>(item));
    const shapes::Shape &shape = square;
    auto mode = shapes::Mode::On;
    int shapes::Square::*side = &shapes::Square::side;
    bool flag = count > 2;
    return shape.area() + square.*side + static_cast<int>(mode) + flag;
}
