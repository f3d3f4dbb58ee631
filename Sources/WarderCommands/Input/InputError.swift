/// Why an argument was not accepted; the parser puts the name of the option in front.
struct InputError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
