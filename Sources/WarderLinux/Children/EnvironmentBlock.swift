import Glibc

/// A variable that lies in memory of its own.
package protocol EnvironmentEntry {
    /// Calls `body` once with memory that holds `NAME=value` and a NUL, and stays until it returns.
    func withMemory(_ body: (UnsafeRawPointer) -> Void)
}

/// The environment of a program that is to be started: this process's, with variables of its own.
///
/// A secret stays where it is: what execve(2) gets of it is a pointer.
package struct EnvironmentBlock {
    private let own: [String: String]
    private let names: Set<String>
    private let entries: [any EnvironmentEntry]

    /// - Parameters:
    ///   - own: Variables to set besides.
    ///   - names: Those that the entries set; what this process has under these names is left out.
    ///   - entries: Variables that lie elsewhere.
    package init(adding own: [String: String] = [:], names: Set<String> = [], entries: [any EnvironmentEntry] = []) {
        self.own = own
        self.names = names.union(own.keys)
        self.entries = entries
    }

    func withPointer<Result, Failure: Error>(
        _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>?) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        let added = CStrings(own.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" })
        return try unsafe added.withPointer { added throws(Failure) in
            var all = unsafe inherited()
            var next = unsafe added
            while let here = unsafe next, let entry = unsafe here.pointee {
                unsafe all.append(entry)
                unsafe next = here + 1
            }
            return try unsafe withEntries(entries[...], &all, body)
        }
    }

    /// One entry after the other is held while the next one is asked for.
    private func withEntries<Result, Failure: Error>(
        _ rest: ArraySlice<any EnvironmentEntry>,
        _ all: inout [UnsafeMutablePointer<CChar>?],
        _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>?) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        guard let entry = rest.first else {
            let list = unsafe all + [nil]
            return try unsafe list.withUnsafeBufferPointer { list throws(Failure) in
                try unsafe body(list.baseAddress)
            }
        }
        var outcome: Swift.Result<Result, Failure>?
        unsafe entry.withMemory { memory in
            let text = unsafe UnsafeMutableRawPointer(mutating: memory).assumingMemoryBound(to: CChar.self)
            unsafe all.append(text)
            outcome = Swift.Result { () throws(Failure) in
                try unsafe withEntries(rest.dropFirst(), &all, body)
            }
        }
        guard let outcome else { preconditionFailure("an entry calls its body") }
        return try outcome.get()
    }

    /// What this process was given, without what is set anew.
    private func inherited() -> [UnsafeMutablePointer<CChar>?] {
        var found: [UnsafeMutablePointer<CChar>?] = unsafe []
        var next = unsafe environ
        while let entry = unsafe next.pointee {
            let name = unsafe String(cString: entry).prefix { $0 != "=" }
            if !names.contains(String(name)) { unsafe found.append(entry) }
            unsafe next += 1
        }
        return unsafe found
    }
}
