package import SecretMemory
package import SystemPackage
import Glibc

/// Reads secrets from standard input and files, straight into secret memory.
package enum SecretSource {
    /// The vault takes no longer value, in bytes.
    package static let maximumBytes = 1 << 20
    package static let nothingStored = "nothing was stored"

    /// Everything until the end of standard input.
    ///
    /// One line feed at the end is dropped unless `keepsNewline` is set: `echo` and editors add it, and a token with a
    /// line break does not work.
    ///
    /// `otherwise`: what did not happen when there is no value.
    package static func standardInput(
        _ input: FileDescriptor,
        keepsNewline: Bool,
        otherwise: String = nothingStored
    ) throws(CommandFailure) -> SecretBytes {
        let bytes = try read(input, "standard input")
        guard bytes.count > 0 else {
            throw .usage(
                "standard input is empty; \(otherwise)",
                hints: ["Did the command before the pipe fail? With bash: set -o pipefail"]
            )
        }
        let endsInNewline = unsafe bytes.withUnsafeBytes { unsafe $0.last == UInt8(ascii: "\n") }
        guard endsInNewline, !keepsNewline else { return bytes }
        guard bytes.count > 1 else { throw .usage("standard input holds a line break only; \(otherwise)") }
        do throws(SecretMemoryError) {
            return try bytes.slice(0..<bytes.count - 1)
        } catch {
            throw CommandFailure(error)
        }
    }

    /// The contents of a file, byte for byte.
    ///
    /// `otherwise`: what did not happen when there is no value.
    package static func file(
        _ path: String,
        otherwise: String = nothingStored
    ) throws(CommandFailure) -> SecretBytes {
        let name = TerminalText.escaped(path)
        let descriptor: FileDescriptor
        do {
            descriptor = try FileDescriptor.open(FilePath(path), .readOnly, options: [.closeOnExec])
        } catch {
            throw .usage("cannot read \(name): \(SystemReason.text(error))")
        }
        defer { try? descriptor.close() }
        let bytes = try read(descriptor, name)
        guard bytes.count > 0 else { throw .usage("\(name) is empty; \(otherwise)") }
        return bytes
    }

    /// Reads to the end through one buffer that is wiped. Growing it is avoided: it has room for the longest value
    /// at once.
    private static func read(_ descriptor: FileDescriptor, _ name: String) throws(CommandFailure) -> SecretBytes {
        var buffer = [UInt8](repeating: 0, count: maximumBytes + 1)
        defer { zero(&buffer) }
        var count = 0
        while count < buffer.count {
            let got: Int
            do {
                got = try unsafe buffer.withUnsafeMutableBytes { bytes in
                    try unsafe descriptor.read(into: UnsafeMutableRawBufferPointer(rebasing: bytes[count...]))
                }
            } catch {
                throw .usage("cannot read \(name): \(SystemReason.text(error))")
            }
            if got == 0 { break }
            count += got
        }
        guard count <= maximumBytes else {
            throw .usage("\(name) is longer than 1 MiB, the longest value the vault takes")
        }
        do throws(SecretMemoryError) {
            return try SecretBytes(copying: buffer[..<count])
        } catch {
            throw CommandFailure(error)
        }
    }
}

extension CommandFailure {
    /// There is no room in secret memory.
    init(_ error: SecretMemoryError) {
        switch error {
        case .notLocked, .outOfMemory, .limitReached:
            self = .usage("there is no memory for the secret", hints: ["How much may be locked: ulimit -l"])
        case .outOfBounds: self = .usage("the secret is cut short")
        }
    }
}
