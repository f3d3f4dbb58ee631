import Glibc
import WarderConfiguration
import WarderLinux

/// Where the vault of this user lies when the daemon's configuration file is taken into account, read as the daemon
/// reads it.
///
/// A file that the daemon would refuse counts for nothing here either: then the usual places hold, and `fault` says
/// why.
struct ConfiguredPlaces {
    /// With the sockets and the directory that the file names.
    var places: VaultPlaces
    /// Everything that the file says; `nil` where it cannot be used.
    let configuration: DaemonConfiguration?
    /// What is wrong with the file.
    let fault: ConfigurationError?

    /// Places that nothing else is known about.
    init(_ places: VaultPlaces) {
        self.places = places
        (configuration, fault) = (nil, nil)
    }

    /// - Throws: As `VaultPlaces.find`.
    init(environment: [String: String], roots: VaultPlaces.Roots) throws(VaultPlacesError) {
        let usual = try VaultPlaces.find(environment: environment, roots: roots)
        let surroundings = ConfigurationSurroundings(environment: environment, roots: roots)
        if case .user = usual.owner, let moved = Self.movedSystem(surroundings, environment) {
            self = moved
        } else {
            self.init(usual, surroundings)
        }
    }

    /// What the file says about the vault of `places`, if it can be used.
    private init(_ places: VaultPlaces, _ surroundings: ConfigurationSurroundings) {
        var places = places
        do throws(ConfigurationError) {
            let configuration = try DaemonConfiguration.load(owner: places.owner, in: surroundings)
            places.clientSocket = configuration.clientSocket
            places.operatorSocket = configuration.operatorSocket
            places.dataDirectory = configuration.stateDirectory
            (self.configuration, fault) = (configuration, nil)
        } catch {
            (configuration, fault) = (nil, error)
        }
        self.places = places
    }

    /// The machine's vault, where its own file moved the sockets away from the usual place and somebody made them
    /// there.
    ///
    /// A file that the environment names is of the vault that this user means anyway.
    private static func movedSystem(
        _ surroundings: ConfigurationSurroundings,
        _ environment: [String: String]
    ) -> ConfiguredPlaces? {
        let variables = ["WARDER_CONFIG", "WARDER_SOCKET", "WARDER_OPERATOR_SOCKET"]
        guard variables.allSatisfy({ environment[$0]?.isEmpty ?? true }) else { return nil }
        let system = ConfiguredPlaces(.system(roots: surroundings.roots), surroundings)
        var status = stat()
        guard system.configuration?.file != nil, unsafe lstat(system.places.clientSocket, &status) == 0,
            status.st_mode & S_IFMT == S_IFSOCK
        else { return nil }
        return system
    }
}
