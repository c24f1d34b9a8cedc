//! Values of Zig's types; `build.sh` compiles it.
const Color = enum(u8) { red = 1, green = 200, blue };
const Shape = union(enum) { circle: f32, square: struct { w: i32, h: i32 }, none };
const Err = error{ Bad, Worse };
fn may(x: i32) Err!i32 {
    if (x > 5) return error.Worse;
    return x * 2;
}
fn look(x: i32) i32 {
    var half: f16 = 1.5;
    var quad: f128 = 2.5;
    var extended: f80 = -0.1;
    const text: []const u8 = "hello zig";
    var arr = [_]i32{ 1, 2, 3 };
    const ints: []i32 = arr[0..];
    var some: ?i32 = 5;
    var none: ?i32 = null;
    var pointer: ?*i32 = &arr[0];
    var color = Color.green;
    var square = Shape{ .square = .{ .w = 2, .h = 3 } };
    var circle = Shape{ .circle = 1.5 };
    var nothing: Shape = .none;
    var bad = may(9);
    var good = may(2);
    var big: u128 = 1 << 100;
    var odd: i5 = -9;
    var mat = [2][3]u8{ .{ 1, 2, 3 }, .{ 4, 5, 6 } };
    _ = .{ &half, &quad, &extended, &some, &none, &pointer, &color, &square, &circle, &nothing, &bad, &good, &big, &odd, &mat };
    const sum = x + ints[0] + @as(i32, @intCast(text.len)); // STOP
    return sum;
}
export fn _start() void {
    _ = look(1);
}
