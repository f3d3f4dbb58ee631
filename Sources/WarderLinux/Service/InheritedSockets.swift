import CWarderLinux
import Glibc
package import SystemPackage

/// Why sockets that a service manager passed on cannot be used.
package enum InheritedSocketError: Error, Hashable, Sendable {
    /// `LISTEN_FDS` or `LISTEN_FDNAMES` is not what sd_listen_fds(3) describes.
    case malformedEnvironment
    /// Two sockets have the same name, or several have none: set `FileDescriptorName=` in the socket units.
    case ambiguousName(index: Int)
    /// No listening stream socket with a path in the file system.
    case unsuitable(index: Int)
    /// The descriptor is not open, or the kernel refused.
    case kernel(index: Int, Errno)
}

/// Listening sockets from systemd, or whoever speaks its protocol (sd_listen_fds(3)).
package enum InheritedSockets {
    /// Most sockets that are taken; the daemon has fewer kinds than this.
    private static let most = 64
    private static let variables = ["LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES", "LISTEN_PIDFDID"]

    /// The sockets by name, and takes the variables out of the environment so that no child believes them.
    ///
    /// Call it once, before any other thread runs: the environment has no lock. The caller owns the descriptors.
    ///
    /// - Parameter first: Number of the first descriptor; 3 by the protocol.
    /// - Returns: Empty when nothing was passed to this process. A socket without a name is called `unknown`.
    /// - Throws: `InheritedSocketError` for the first socket that will not do; then none should be used.
    package static func take(first: Int32 = 3) throws(InheritedSocketError) -> [String: Int32] {
        let environment = variables.map { name in
            unsafe getenv(name).flatMap { unsafe String(validatingCString: $0) }
        }
        for name in variables { unsafe unsetenv(name) }
        let names = try names(
            process: environment[0],
            count: environment[1],
            names: environment[2],
            ownProcess: getpid()
        )
        // First of all, so that none leaks into a child even when another is refused.
        for index in names.indices {
            do throws(Errno) {
                try checked(warder_set_close_on_exec(first + Int32(index)))
            } catch {
                throw .kernel(index: index, error)
            }
        }
        var sockets: [String: Int32] = [:]
        for (index, name) in names.enumerated() {
            let descriptor = first + Int32(index)
            try verify(descriptor, index: index)
            guard sockets.updateValue(descriptor, forKey: name) == nil else { throw .ambiguousName(index: index) }
        }
        return sockets
    }

    /// The names in order, from the values of the variables.
    ///
    /// - Returns: Empty when the variables are meant for another process.
    package static func names(
        process: String?,
        count: String?,
        names: String?,
        ownProcess: Int32
    ) throws(InheritedSocketError) -> [String] {
        guard let process, let count else { return [] }
        guard let process = decimal(process.utf8, as: Int32.self) else { throw .malformedEnvironment }
        guard process == ownProcess else { return [] }
        guard let count = decimal(count.utf8, as: Int.self), count <= most else { throw .malformedEnvironment }
        guard let names else { return Array(repeating: "unknown", count: count) }
        let split = names.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        guard split.count == count || (count == 0 && names.isEmpty) else { throw .malformedEnvironment }
        return count == 0 ? [] : split
    }

    private static func verify(_ descriptor: Int32, index: Int) throws(InheritedSocketError) {
        do throws(Errno) {
            // An abstract name belongs to whoever was first, and has neither owner nor mode.
            let kind = try checked(warder_unix_address_kind(descriptor))
            let isListening = try checked(warder_is_listening_stream(descriptor))
            guard kind == Int32(WARDER_ADDRESS_PATHNAME.rawValue), isListening == 1 else { throw Errno.notSocket }
        } catch {
            throw error == .notSocket ? .unsuitable(index: index) : .kernel(index: index, error)
        }
    }
}
