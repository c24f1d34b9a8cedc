fn main() {
    // A comment.
    println!("hello");

}
