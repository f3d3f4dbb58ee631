import Glibc
package import WarderLinux

/// What the configuration depends on besides its file; tests put their own in place.
package struct ConfigurationSurroundings: Sendable {
    /// The process's environment. Only paths and the log level are taken from it.
    package var environment: [String: String]
    /// The daemon's effective user.
    package var uid: UInt32
    package var roots: VaultPlaces.Roots
    /// Number of a group on this machine; `nil` where there is none of this name.
    package var groupID: @Sendable (String) -> UInt32?
    /// A user of this machine by name or number; `nil` where there is none.
    package var account: @Sendable (String) -> DaemonConfiguration.Account?
    /// What a relative path on the command line starts from.
    package var workingDirectory: String

    package init(
        environment: [String: String],
        uid: UInt32 = geteuid(),
        roots: VaultPlaces.Roots = .real,
        groupID: @escaping @Sendable (String) -> UInt32? = groupNumber(named:),
        account: @escaping @Sendable (String) -> DaemonConfiguration.Account? = machineAccount(named:),
        workingDirectory: String = currentDirectory()
    ) {
        self.environment = environment
        self.uid = uid
        self.roots = roots
        self.groupID = groupID
        self.account = account
        self.workingDirectory = workingDirectory
    }

    /// A path that somebody typed, from the root.
    func absolute(_ path: String) -> String {
        guard !path.hasPrefix("/"), !path.isEmpty else { return path }
        let rest = path.hasPrefix("./") ? String(path.dropFirst(2)) : path
        return workingDirectory.hasSuffix("/") ? workingDirectory + rest : "\(workingDirectory)/\(rest)"
    }

    /// The variable's value; an empty one counts as unset.
    func variable(_ name: String) -> String? {
        environment[name].flatMap { $0.isEmpty ? nil : $0 }
    }

    /// The vault that this daemon serves.
    ///
    /// Root serves the machine's, and so does the user to whom the machine's state directory belongs: that is what
    /// `User=` and `StateDirectory=` of the unit amount to. Everybody else serves their own. The command's rule
    /// (`VaultPlaces.find`) cannot be used here, because it looks for a daemon that runs already.
    func defaultOwner() -> VaultPlaces.Owner {
        if uid == 0 { return .system }
        var status = stat()
        guard unsafe lstat(VaultPlaces.system(roots: roots).dataDirectory, &status) == 0 else { return .user(uid) }
        return status.st_mode & S_IFMT == S_IFDIR && status.st_uid == uid ? .system : .user(uid)
    }

    func places(of owner: VaultPlaces.Owner) throws(ConfigurationError) -> VaultPlaces {
        switch owner {
        case .system: return .system(roots: roots)
        case .user(let uid):
            do throws(VaultPlacesError) {
                return try .user(uid, roots: roots)
            } catch {
                throw ConfigurationError(
                    place: .user(uid),
                    problem: "has no home directory, so there is no place for a vault",
                    remedy: "run the daemon as another user, or give this one a home: getent passwd \(uid)"
                )
            }
        }
    }
}

/// The directory that this process is in; the root where it is gone.
package func currentDirectory() -> String {
    var room = [CChar](repeating: 0, count: Int(PATH_MAX))
    guard let here = unsafe getcwd(&room, room.count) else { return "/" }
    return unsafe String(cString: here)
}

/// Number of a group in the group database (getgrnam_r(3)).
package func groupNumber(named name: String) -> UInt32? {
    guard !name.utf8.contains(0) else { return nil }
    var entry = unsafe group()
    var found: UnsafeMutablePointer<group>?
    // A group with thousands of members has a long entry.
    var buffer = [CChar](repeating: 0, count: 1 << 20)
    return unsafe buffer.withUnsafeMutableBufferPointer { room -> UInt32? in
        guard let start = room.baseAddress else { return nil }
        let result = unsafe getgrnam_r(name, &entry, start, room.count, &found)
        return unsafe result == 0 && found != nil ? entry.gr_gid : nil
    }
}

/// A user in the user database (getpwnam_r(3), getpwuid_r(3)), by name or, in digits, by number.
package func machineAccount(named name: String) -> DaemonConfiguration.Account? {
    guard !name.isEmpty, !name.utf8.contains(0) else { return nil }
    var entry = unsafe passwd()
    var found: UnsafeMutablePointer<passwd>?
    var buffer = [CChar](repeating: 0, count: 65536)
    return unsafe buffer.withUnsafeMutableBufferPointer { room -> DaemonConfiguration.Account? in
        guard let start = room.baseAddress else { return nil }
        let result =
            if let number = WholeNumber.parse(name).flatMap(UInt32.init(exactly:)) {
                unsafe getpwuid_r(number, &entry, start, room.count, &found)
            } else {
                unsafe getpwnam_r(name, &entry, start, room.count, &found)
            }
        guard result == 0, unsafe found != nil else { return nil }
        return unsafe DaemonConfiguration.Account(name: name, uid: entry.pw_uid, gid: entry.pw_gid)
    }
}
