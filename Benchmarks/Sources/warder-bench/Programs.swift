import Foundation

/// The programs that a run needs: the vault, and those that were built beside this one.
struct Programs {
    let warderd: String
    /// The command beside it.
    let warder: String
    let loadGenerator: String
    let syncMeter: String
    let httpFloor: String
    let logMeter: String

    init(warderd: String, logMeter: String) throws {
        let own = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        let directory = URL(fileURLWithPath: own).deletingLastPathComponent()
        self.warderd = URL(fileURLWithPath: warderd).path
        warder = URL(fileURLWithPath: warderd).deletingLastPathComponent().appending(path: "warder").path
        loadGenerator = directory.appending(path: "load-generator").path
        syncMeter = directory.appending(path: "sync-meter").path
        httpFloor = directory.appending(path: "http-floor").path
        self.logMeter = URL(fileURLWithPath: logMeter).path
        for program in [self.warderd, warder, loadGenerator, syncMeter, httpFloor, self.logMeter] {
            guard FileManager.default.isExecutableFile(atPath: program) else {
                throw Failure("\(program): there is no such program; `make bench` builds all that are needed")
            }
        }
    }
}
