import Foundation

/// What another process has had of the processors so far.
struct ProcessorUse {
    /// In the program and in the kernel for it, by the process's own clock: threads that have ended count. It is what
    /// `utime` and `stime` say in steps of ten milliseconds, which are too coarse for a program that sleeps.
    let seconds: Double
    /// How often each thread that is there now has waited and gone on, by its number (proc(5)).
    private let wakes: [String: Int]

    /// - Throws: `Failure` when there is no such process.
    init(of process: Int32) throws {
        var clock = clockid_t()
        var time = timespec()
        guard unsafe clock_getcpuclockid(process, &clock) == 0, unsafe clock_gettime(clock, &time) == 0 else {
            throw Failure("the processor time of process \(process) cannot be read")
        }
        seconds = Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
        let tasks = "/proc/\(process)/task"
        var wakes: [String: Int] = [:]
        for task in try FileManager.default.contentsOfDirectory(atPath: tasks) {
            // Threads come and go.
            guard let status = try? String(contentsOfFile: "\(tasks)/\(task)/status", encoding: .utf8) else { continue }
            let line = status.split(separator: "\n").first { $0.hasPrefix("voluntary_ctxt_switches:") }
            wakes[task] = line?.split(whereSeparator: \.isWhitespace).last.flatMap { Int($0) }
        }
        self.wakes = wakes
    }

    /// How often a thread woke since then; those of threads that have ended meanwhile are missing.
    func wakes(since earlier: ProcessorUse) -> Int {
        wakes.reduce(0) { $0 + $1.value - earlier.wakes[$1.key, default: 0] }
    }
}
