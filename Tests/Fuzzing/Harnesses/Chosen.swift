import Glibc
import SecretMemory

/// The harness of this process.
enum Chosen {
    private static let harness: Harness = {
        let name = unsafe getenv("WARDER_HARNESS").map { unsafe String(cString: $0) } ?? ""
        guard let found = Harness.all.first(where: { $0.name == name }) else {
            say("WARDER_HARNESS is one of: " + Harness.all.map(\.name).joined(separator: ", "))
            exit(64)
        }
        return found
    }()

    /// Secret memory that fixed keys take, which are made once.
    private static let bytesBefore: Int = {
        FixedKeys.make()
        try? harness.check([])
        return LockedMemory.status.inUseBytes
    }()

    /// Makes what is made once.
    static func prepare() {
        _ = harness
        _ = bytesBefore
    }

    /// Ends the process with a word on what does not hold.
    static func run(_ input: [UInt8]) {
        do {
            try harness.check(input)
            // A parser may keep nothing of what it refused, and its caller has dropped the rest.
            try hold(LockedMemory.status.inUseBytes == bytesBefore, "secret memory is given back")
        } catch {
            say("\(harness.name): \(error)")
            abort()
        }
    }

    private static func say(_ line: String) {
        let bytes = Array((line + "\n").utf8)
        _ = unsafe write(2, bytes, bytes.count)
    }
}
