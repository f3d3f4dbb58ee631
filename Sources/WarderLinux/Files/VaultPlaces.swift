import Glibc
import SystemPackage

/// Where everything of a vault lies. Daemon, command and launcher find it by the same function, so that they meet.
package struct VaultPlaces: Hashable, Sendable {
    /// Whose vault it is.
    package enum Owner: Hashable, Sendable {
        case system
        case user(UInt32)
    }

    package var owner: Owner
    package var clientSocket: String
    package var operatorSocket: String
    package var workerSocket: String
    /// Database, lock and backups.
    package var dataDirectory: String
    package var configuration: String

    /// Directory of the sockets, as the vault's owner implies it; a socket named by the environment may lie elsewhere.
    package var runtimeDirectory: String

    private init(owner: Owner, runtimeDirectory: FilePath, dataDirectory: FilePath, configuration: FilePath) {
        self.owner = owner
        self.runtimeDirectory = runtimeDirectory.string
        clientSocket = runtimeDirectory.appending("client.sock").string
        operatorSocket = runtimeDirectory.appending("operator.sock").string
        workerSocket = runtimeDirectory.appending("worker.sock").string
        self.dataDirectory = dataDirectory.string
        self.configuration = configuration.string
    }

    /// The vault of the machine.
    package static func system(roots: Roots = .real) -> VaultPlaces {
        VaultPlaces(
            owner: .system,
            runtimeDirectory: FilePath(roots.run).appending("warder"),
            dataDirectory: FilePath(roots.state).appending("warder"),
            configuration: FilePath(roots.configuration).appending("warder/warder.yaml")
        )
    }

    /// The vault of one user.
    ///
    /// Neither `HOME` nor `XDG_RUNTIME_DIR` is asked: programs started by an MCP client often lack them.
    ///
    /// - Throws: `.noHome` when the user has no home directory.
    package static func user(_ uid: UInt32, roots: Roots = .real) throws(VaultPlacesError) -> VaultPlaces {
        guard let home = roots.home(uid), home.hasPrefix("/") else { throw .noHome(uid: uid) }
        let homePath = FilePath(home)
        let session = FilePath(roots.run).appending("user/\(uid)")
        let runtime =
            isPrivate(session, of: uid)
            ? session.appending("warder") : homePath.appending(".local/state/warder/run")
        return VaultPlaces(
            owner: .user(uid),
            runtimeDirectory: runtime,
            dataDirectory: homePath.appending(".local/share/warder"),
            configuration: homePath.appending(".config/warder/warder.yaml")
        )
    }

    /// The vault that a process of this user means.
    ///
    /// Root means the machine's vault; another user as well where its client socket exists, else their own.
    /// `WARDER_SOCKET`, `WARDER_OPERATOR_SOCKET` and `WARDER_CONFIG` go before that, one by one; empty ones count as
    /// unset.
    ///
    /// - Throws: `.notAbsolute` for a variable with a relative path, `.noHome`.
    package static func find(
        uid: UInt32 = geteuid(),
        environment: [String: String],
        roots: Roots = .real
    ) throws(VaultPlacesError) -> VaultPlaces {
        let system = system(roots: roots)
        let hasSystemSocket =
            (try? FileStatus(at: system.clientSocket, followingLinks: false))?.kind == .socket
        let (client, `operator`, configuration) = (
            try path("WARDER_SOCKET", in: environment), try path("WARDER_OPERATOR_SOCKET", in: environment),
            try path("WARDER_CONFIG", in: environment)
        )
        var places = system
        if uid != 0, !hasSystemSocket {
            do throws(VaultPlacesError) { places = try user(uid, roots: roots) } catch {
                // A user of a container has no entry and no home, and needs none where a socket is named.
                guard client != nil || `operator` != nil else { throw error }
            }
        }
        places.clientSocket = client ?? places.clientSocket
        places.operatorSocket = `operator` ?? places.operatorSocket
        places.configuration = configuration ?? places.configuration
        return places
    }

    private static func path(
        _ variable: String,
        in environment: [String: String]
    ) throws(VaultPlacesError) -> String? {
        guard let value = environment[variable], !value.isEmpty else { return nil }
        guard value.hasPrefix("/") else { throw .notAbsolute(variable: variable) }
        return value
    }

    /// Whether the session directory is there, and the user's alone: in any other, somebody else could wait for us.
    private static func isPrivate(_ directory: FilePath, of uid: UInt32) -> Bool {
        guard let status = try? FileStatus(at: directory.string, followingLinks: false) else { return false }
        return status.kind == .directory && status.owner == uid && status.mode & 0o777 == 0o700
    }
}

/// Why there is no place to look for a vault.
package enum VaultPlacesError: Error, Hashable, Sendable {
    /// The user database names no home directory for this user.
    case noHome(uid: UInt32)
    /// The environment variable holds a relative path.
    case notAbsolute(variable: String)
}

extension VaultPlaces {
    /// The directories that everything else hangs below; tests put their own in place.
    package struct Roots: Sendable {
        package var run: String
        package var state: String
        package var configuration: String
        /// Home directory of a user.
        package var home: @Sendable (UInt32) -> String?

        package init(
            run: String,
            state: String,
            configuration: String,
            home: @escaping @Sendable (UInt32) -> String?
        ) {
            self.run = run
            self.state = state
            self.configuration = configuration
            self.home = home
        }

        /// The machine's own, with home directories from the user database.
        package static let real = Roots(
            run: "/run",
            state: "/var/lib",
            configuration: "/etc",
            home: homeDirectory(of:)
        )
    }
}

/// Home directory in the user database (getpwuid_r(3)).
private func homeDirectory(of uid: UInt32) -> String? {
    var entry = unsafe passwd()
    var found: UnsafeMutablePointer<passwd>?
    // Entries from a directory service can be long; one that does not fit here is no user of ours.
    var buffer = [CChar](repeating: 0, count: 65536)
    return unsafe buffer.withUnsafeMutableBufferPointer { room -> String? in
        guard let start = room.baseAddress else { return nil }
        let result = unsafe getpwuid_r(uid, &entry, start, room.count, &found)
        guard result == 0, unsafe found != nil, let home = unsafe entry.pw_dir else { return nil }
        return unsafe String(validatingCString: home)
    }
}
