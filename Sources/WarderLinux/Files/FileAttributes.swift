import CWarderLinux
package import SystemPackage

/// Extended attributes of an open file: access lists, labels of the kernel's security, what a person noted.
package enum FileAttributes {
    /// Gives a new file what another one has.
    ///
    /// Attributes of the kernel's own security, which it gives to new files by itself, may stay out.
    ///
    /// - Throws: `Errno` of the first one that could not be given.
    package static func copy(from old: FileDescriptor, to new: FileDescriptor) throws(Errno) {
        for name in try names(of: old) {
            guard let value = try value(of: name, old) else { continue }
            let result = unsafe value.withUnsafeBytes { bytes in
                unsafe warder_set_attribute(new.rawValue, name, bytes.baseAddress, bytes.count)
            }
            guard result == 0 || name.hasPrefix("security.") || name.hasPrefix("trusted.") else {
                throw Errno(rawValue: -result)
            }
        }
    }

    private static func names(of file: FileDescriptor) throws(Errno) -> [String] {
        let room = warder_attribute_names(file.rawValue, nil, 0)
        // A file system without attributes has none to keep.
        guard room > 0 else {
            if room == 0 || Errno(rawValue: CInt(-room)) == .notSupported { return [] }
            throw Errno(rawValue: CInt(-room))
        }
        var names = [CChar](repeating: 0, count: room)
        let count = unsafe warder_attribute_names(file.rawValue, &names, room)
        guard count >= 0 else { throw Errno(rawValue: CInt(-count)) }
        return names[..<count].split(separator: 0).map { name in
            String(decoding: name.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        }
    }

    private static func value(of name: String, _ file: FileDescriptor) throws(Errno) -> [UInt8]? {
        let room = unsafe warder_attribute(file.rawValue, name, nil, 0)
        guard room >= 0 else { return nil }
        var value = [UInt8](repeating: 0, count: room)
        let count = unsafe warder_attribute(file.rawValue, name, &value, room)
        guard count >= 0 else { throw Errno(rawValue: CInt(-count)) }
        return Array(value[..<count])
    }
}

/// Names in a directory.
package enum DirectoryNames {
    /// Lets two names change places, so that there is no moment at which one of the two files has none.
    ///
    /// - Returns: false where the file system cannot do that.
    package static func exchange(_ one: String, _ other: String, in directory: FileDescriptor) throws(Errno) -> Bool {
        let result = Errno(rawValue: -(unsafe warder_exchange_names(directory.rawValue, one, other)))
        switch result {
        case Errno(rawValue: 0): return true
        case .invalidArgument, .noFunction, .notSupportedOnSocket, .notSupported: return false
        default: throw result
        }
    }
}
