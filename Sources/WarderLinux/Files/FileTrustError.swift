package import SystemPackage
import WarderModel

/// Why a file is not trusted. Names paths, which come from the operator and are no secrets.
package enum FileTrustError: Error, Hashable, Sendable {
    /// What a path should lead to.
    package enum Kind: String, Hashable, Sendable {
        case file = "a regular file"
        case directory = "a directory"
    }

    /// The path is relative, or has a NUL in it.
    case notAbsolute(String)
    /// Nothing lies there.
    case missing(String)
    /// Owned by a user who is neither root nor the one allowed.
    case foreignOwner(String, owner: UInt32, allowed: UInt32)
    /// Group or others may write; `mode` are its permission bits.
    case writableByOthers(String, mode: UInt32)
    /// The mode has bits that `allowed` has not.
    case modeTooWide(String, mode: UInt32, allowed: UInt32)
    /// Something else lies there.
    case wrongKind(String, expected: Kind)
    /// The path runs through more symbolic links than the kernel would follow.
    case tooManyLinks(String)
    /// The kernel refused.
    case unreadable(String, Errno)

    /// The component of the path that is to blame.
    package var component: String {
        switch self {
        case .notAbsolute(let path), .missing(let path), .foreignOwner(let path, _, _), .writableByOthers(let path, _),
            .modeTooWide(let path, _, _), .wrongKind(let path, _), .tooManyLinks(let path), .unreadable(let path, _):
            path
        }
    }

    /// What the operator can do about it: a command where one is enough.
    package var remedy: String {
        let name = ShellWord.quoted(component)
        switch self {
        case .notAbsolute: return "give an absolute path"
        case .missing: return "create \(name), or correct the path"
        case .foreignOwner(_, _, let allowed): return "chown -h \(allowed) \(name)"
        case .writableByOthers: return "chmod go-w \(name)"
        case .modeTooWide(_, let mode, let allowed): return "chmod \(Self.octal(mode & allowed)) \(name)"
        case .wrongKind(_, let expected): return "put \(expected.rawValue) at \(name)"
        case .tooManyLinks: return "give a path with fewer symbolic links"
        case .unreadable(_, .readOnlyFileSystem), .unreadable(_, .noSpace):
            return "give \(name) a disk that can be written to and has room"
        case .unreadable: return "let this user read \(name)"
        }
    }

    private static func octal(_ mode: UInt32) -> String {
        let digits = String(mode, radix: 8)
        return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    }
}

extension FileTrustError: CustomStringConvertible {
    /// One sentence, without the remedy.
    package var description: String {
        switch self {
        case .notAbsolute(let path): "\(path) is not an absolute path"
        case .missing(let path): "\(path) does not exist"
        case .foreignOwner(let path, let owner, let allowed):
            "\(path) belongs to user \(owner), neither to root nor to user \(allowed)"
        case .writableByOthers(let path, let mode):
            "\(path) has mode \(Self.octal(mode)): others than its owner may write to it"
        case .modeTooWide(let path, let mode, let allowed):
            "\(path) has mode \(Self.octal(mode)), at most \(Self.octal(allowed)) is allowed"
        case .wrongKind(let path, let expected): "\(path) is not \(expected.rawValue)"
        case .tooManyLinks(let path): "\(path) leads through too many symbolic links"
        // Nobody reads into these: the directory was to be made.
        case .unreadable(let path, let reason) where [.readOnlyFileSystem, .noSpace].contains(reason):
            "\(path) cannot be made: \(reason)"
        case .unreadable(let path, let reason): "\(path) cannot be read: \(reason)"
        }
    }
}
