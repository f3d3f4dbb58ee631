import Glibc
import SystemPackage

/// The way from a process up to those that started it.
enum Ancestry {
    /// Most processes on the way. Shells and package runners make a handful; a longer way costs the daemon time for
    /// every connection, and whoever makes one stays outside.
    static let maximum = 32
    /// How often a way is walked anew because it changed under the walker.
    static let attempts = 4

    /// What a walk came to.
    enum Outcome {
        /// This number is the first of those that were looked for.
        case met(Int32)
        /// None of them, up to the first process of all.
        case top
        /// The way is longer than is walked.
        case tooFar
    }

    /// One process above, held by a handle that fails when it has gone.
    private struct Step {
        let pid: Int32
        let stat: Descriptor
    }

    /// The first of the numbers on the way up.
    ///
    /// A number alone says nothing: between reading it and looking, its process may have ended, and another one have
    /// got it. So every process is taken hold of first, and then each link of the way is read again, from below: a
    /// parent that is there behind that was the parent's number's only holder meanwhile.
    ///
    /// - Throws: `ESRCH` when the way changed meanwhile.
    static func search(above process: ProcessDirectory, for wanted: Set<Int32>) throws(Errno) -> Outcome {
        var steps: [Step] = []
        var next = try process.parent()
        while next > 1 {
            guard steps.count < maximum else { return .tooFar }
            let stat = try open(next)
            steps.append(Step(pid: next, stat: stat))
            if wanted.contains(next) { break }
            next = try parent(stat)
        }
        guard try process.parent() == (steps.first?.pid ?? next) else { throw .noSuchProcess }
        for (lower, upper) in zip(steps, steps.dropFirst()) {
            guard try parent(lower.stat) == upper.pid else { throw .noSuchProcess }
        }
        guard let last = steps.last else { return .top }
        // The last one too is still the process that was taken hold of.
        let above = try parent(last.stat)
        if wanted.contains(last.pid) { return .met(last.pid) }
        guard above == next else { throw .noSuchProcess }
        return .top
    }

    /// Where `/proc` shows no such process it has ended, or is hidden: then the way is not known.
    private static func open(_ pid: Int32) throws(Errno) -> Descriptor {
        do throws(Errno) { return try Descriptor.open("/proc/\(pid)/stat", flags: O_RDONLY) } catch {
            throw error == .noSuchFileOrDirectory ? .noSuchProcess : error
        }
    }

    private static func parent(_ stat: Descriptor) throws(Errno) -> Int32 {
        guard let parsed = ProcessStat(parsing: try stat.beginning(limit: ProcessDirectory.statLimit)) else {
            throw .noSuchProcess
        }
        return parsed.parent
    }
}
