import WarderConfiguration
import WarderLinux

/// The listening sockets: inherited from the service manager where it passed them on, made here otherwise.
struct Listeners {
    let client: Int32
    let `operator`: Int32
    let worker: Int32
    let clientPath: String
    let operatorPath: String
    /// Sockets that were made here, and are removed at the end.
    private let own: [String]

    init(_ configuration: DaemonConfiguration, inherited: [String: Int32]) throws {
        clientPath = configuration.clientSocket
        operatorPath = configuration.operatorSocket
        var own: [String] = []
        func socket(_ name: String, _ path: String, mode: UInt32, group: UInt32?) throws(StartError) -> Int32 {
            if let socket = inherited[name] { return socket }
            try StartError.explaining(path) { () throws(FileTrustError) in try SocketDirectory.ensure(for: path) }
            do throws(SocketFileError) {
                let socket = try SocketFile.bind(path: path, mode: mode, group: group)
                own.append(path)
                return socket
            } catch { throw StartError(error, path) }
        }
        client = try socket("client", clientPath, mode: DaemonConfiguration.clientSocketMode, group: nil)
        `operator` = try socket(
            "operator",
            operatorPath,
            mode: configuration.operatorSocketMode,
            group: configuration.operatorGroup?.id
        )
        worker = try socket(
            "worker",
            configuration.workerSocket,
            mode: DaemonConfiguration.workerSocketMode,
            group: nil
        )
        self.own = own
    }

    /// Removes the files of sockets that were made here.
    func remove() {
        for path in own { SocketFile.remove(path: path) }
    }
}
