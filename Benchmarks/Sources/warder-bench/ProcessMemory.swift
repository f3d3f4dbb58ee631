import Foundation

/// Memory of another process, in bytes (proc_pid_status(5)).
struct ProcessMemory {
    /// `VmRSS`.
    let resident: Int
    /// `VmHWM`: the most that was resident at any time.
    let peak: Int

    /// - Throws: `Failure` when there is no such process.
    init(of process: Int32) throws {
        let text = try String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8)
        func kibibytes(_ name: String) throws -> Int {
            let line = text.split(separator: "\n").first { $0.hasPrefix(name + ":") }
            guard let number = line?.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap({ Int($0) }) else {
                throw Failure("the memory of process \(process) cannot be read")
            }
            return number * 1024
        }
        resident = try kibibytes("VmRSS")
        peak = try kibibytes("VmHWM")
    }
}
