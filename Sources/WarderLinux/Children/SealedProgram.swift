import CWarderLinux
import Glibc
package import SystemPackage

/// Why a program cannot be run.
package enum SealedProgramError: Error, Hashable, Sendable {
    /// Somebody else could have changed it, or it is not there.
    case untrusted(FileTrustError)
    /// Not executable for its owner.
    case notExecutable
    /// Longer than the limit in bytes.
    case tooLarge(limit: Int)
    /// The kernel refused.
    case kernel(Errno)
}

/// A copy of a program in memory that nobody can change: what was checked is what runs.
///
/// Running a checked file by its path could run another one. Running its descriptor is not enough either: its owner may
/// write to it meanwhile, and an interpreter reads its script piece by piece while it runs.
package final class SealedProgram: Sendable {
    /// Longest program that is copied, in bytes.
    package static let maximumBytes = 64 << 20

    let file: Descriptor
    /// Whether an interpreter reads it (`#!`).
    package let isScript: Bool

    init(file: Descriptor, isScript: Bool) {
        self.file = file
        self.isScript = isScript
    }

    /// Checks the file and everything on the way to it, and copies it.
    ///
    /// - Parameters:
    ///   - path: Absolute.
    ///   - owner: Who may own it besides root.
    ///   - look: Gets every byte of the copy, in order.
    /// - Returns: The copy, which runs whatever becomes of the file.
    /// - Throws: `SealedProgramError`.
    package static func copy(
        _ path: String,
        owner: UInt32 = geteuid(),
        look: (RawSpan) -> Void
    ) throws(SealedProgramError) -> SealedProgram {
        let source: Descriptor
        do throws(FileTrustError) {
            // Set-id bits mean nothing for a copy.
            source = Descriptor(adopting: try FileTrust.open(file: path, owner: owner, maximumMode: 0o7755))
        } catch { throw .untrusted(error) }
        do throws(Errno) {
            guard try FileStatus(of: source.number).mode & 0o100 != 0 else { throw Errno.execFormatError }
            let copy = Descriptor(adopting: try checked(unsafe warder_memfd("warder-hook")))
            let beginning = try transfer(from: source, to: copy, look)
            guard !beginning.isEmpty else { throw Errno.execFormatError }
            try checked(warder_seal(copy.number))
            return SealedProgram(file: copy, isScript: beginning == Array("#!".utf8))
        } catch .execFormatError {
            throw .notExecutable
        } catch .fileTooLarge {
            throw .tooLarge(limit: maximumBytes)
        } catch {
            throw .kernel(error)
        }
    }

    /// This very program, for starting it once more.
    package static func own() throws(Errno) -> SealedProgram {
        SealedProgram(file: try Descriptor.open("/proc/self/exe", flags: O_RDONLY), isScript: false)
    }

    /// - Returns: The first two bytes.
    private static func transfer(
        from source: Descriptor,
        to copy: Descriptor,
        _ look: (RawSpan) -> Void
    ) throws(Errno) -> [UInt8] {
        var offset: Int64 = 0
        var beginning: [UInt8] = []
        while true {
            let piece = try [UInt8](capacity: 1 << 16) { output throws(Errno) in
                try source.read(at: offset, appendingTo: &output)
            }
            if piece.isEmpty { return beginning }
            if offset == 0 { beginning = Array(piece.prefix(2)) }
            offset += Int64(piece.count)
            guard offset <= Int64(maximumBytes) else { throw .fileTooLarge }
            try write(piece, to: copy)
            unsafe look(piece.span.bytes)
        }
    }

    private static func write(_ piece: [UInt8], to copy: Descriptor) throws(Errno) {
        var rest = piece[...]
        while !rest.isEmpty {
            let count = unsafe rest.withUnsafeBytes { unsafe Glibc.write(copy.number, $0.baseAddress, $0.count) }
            if count < 0 {
                let reason = Errno(rawValue: errno)
                if reason == .interrupted { continue }
                throw reason
            }
            rest = rest.dropFirst(count)
        }
    }
}
