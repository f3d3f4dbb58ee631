/// Why a document does not have the shape of the type it was decoded as.
///
/// Safe to show and to log: the path consists of names from our own types and of positions, and no part of it comes
/// from the document. A member whose name the document chose, such as a key of a dictionary, appears as `*`.
package struct JSONDecodingError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Where, for example `$.secrets[2].name`; `$` is the whole document.
    package let path: String
    /// What should have been there, for example `a string`.
    package let expectation: String

    /// An error at a path.
    package init(path: String, expectation: String) {
        self.path = path
        self.expectation = expectation
    }

    /// One line for a person.
    package var description: String { "\(path): expected \(expectation)" }
}
