import Foundation

/// The programs that a run needs: the vault, and those that were built beside this one.
struct Programs {
    let warderd: String
    /// The command beside it.
    let warder: String
    let loadGenerator: String
    let syncMeter: String
    let httpFloor: String
    // Built with the vault's own modules.
    let clientMeter: String
    let logMeter: String
    /// Interpreters of the other clients, where there are any.
    let node = Programs.find("node")
    let python = Programs.find("python3")

    /// `meters`: the directory of those that are built with the vault's own modules.
    init(warderd: String, meters: String) throws {
        let own = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        let directory = URL(fileURLWithPath: own).deletingLastPathComponent()
        self.warderd = URL(fileURLWithPath: warderd).path
        warder = URL(fileURLWithPath: warderd).deletingLastPathComponent().appending(path: "warder").path
        loadGenerator = directory.appending(path: "load-generator").path
        syncMeter = directory.appending(path: "sync-meter").path
        httpFloor = directory.appending(path: "http-floor").path
        let others = URL(fileURLWithPath: meters)
        clientMeter = others.appending(path: "client-meter").path
        logMeter = others.appending(path: "log-meter").path
        for program in [self.warderd, warder, loadGenerator, syncMeter, httpFloor, clientMeter, logMeter] {
            guard FileManager.default.isExecutableFile(atPath: program) else {
                throw Failure("\(program): there is no such program; `make bench` builds all that are needed")
            }
        }
    }

    private static func find(_ name: String) -> String? {
        let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
        return path.split(separator: ":").map { "\($0)/\(name)" }
            .first { FileManager.default.isExecutableFile(atPath: $0) }
    }
}
