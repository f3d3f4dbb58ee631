import Glibc

/// Texts as execve(2) takes them, freed in the end.
@safe
struct CStrings: ~Copyable {
    private var pointers: [UnsafeMutablePointer<CChar>?]

    init(_ texts: [String]) {
        unsafe pointers = texts.map { unsafe strdup($0) } + [nil]
    }

    deinit {
        unsafe pointers.forEach { unsafe free($0) }
    }

    func withPointer<Result, Failure: Error>(
        _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>?) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try unsafe pointers.withUnsafeBufferPointer { list throws(Failure) in try unsafe body(list.baseAddress) }
    }
}
