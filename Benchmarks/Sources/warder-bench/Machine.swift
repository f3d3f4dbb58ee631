import Foundation

/// What the figures were measured on.
struct Machine: Encodable {
    let processors: Int
    let kernel: String
    let fileSystem: String

    enum CodingKeys: String, CodingKey {
        case processors, kernel
        case fileSystem = "file_system"
    }

    /// - Throws: `Failure` when the directory lies in memory, where a sync costs nothing.
    init(disk: String) throws {
        processors = ProcessInfo.processInfo.activeProcessorCount
        kernel = ((try? String(contentsOfFile: "/proc/sys/kernel/osrelease", encoding: .utf8)) ?? "")
            .trimmingCharacters(in: .whitespacesAndNewlines)
        fileSystem = try Self.fileSystem(of: disk)
        guard fileSystem != "tmpfs", fileSystem != "ramfs" else {
            throw Failure("\(disk) lies in memory, where a sync costs nothing: give a directory on a disk with --disk")
        }
    }

    /// The kind of the mount that a path lies in: the one with the longest mount point that leads there
    /// (proc_pid_mountinfo(5)).
    private static func fileSystem(of path: String) throws -> String {
        let mounts = try String(contentsOfFile: "/proc/self/mountinfo", encoding: .utf8)
        let resolved = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
        var best = (length: 0, kind: "unknown")
        for line in mounts.split(separator: "\n") {
            let fields = line.split(separator: " ")
            guard fields.count > 4, let dash = fields.firstIndex(of: "-"), dash + 1 < fields.count else { continue }
            let point = fields[4] == "/" ? "" : String(fields[4])
            // A later mount hides an earlier one at the same place.
            guard resolved == point || resolved.hasPrefix(point + "/"), point.count >= best.length else { continue }
            best = (point.count, String(fields[dash + 1]))
        }
        return best.kind
    }
}
