/// Why the measuring could not be done; says what to do about it where there is something.
struct Failure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
