import Foundation

extension Report {
    /// For people.
    var table: String {
        var lines = [
            "\(machine.processors) processors, Linux \(machine.kernel), \(machine.fileSystem);"
                + " load generator and server share them."
        ]
        if !results.isEmpty { lines += [""] + resultLines + [""] + ratioLines }
        if let governance { lines += [""] + Self.lines(governance) }
        if let clients { lines += [""] + Self.lines(clients) }
        if let append { lines += [""] + Self.lines(append) }
        if let footprint { lines += [""] + Self.lines(footprint) + Self.lines(footprint.log) }
        if let schedules { lines += [""] + Self.lines(schedules) }
        if !inventory.isEmpty { lines += [""] + Self.lines(inventory) }
        lines += missingDocuments.map { "  \($0): not measured: the document is not there" }
        return lines.joined(separator: "\n")
    }

    private var resultLines: [String] {
        let columns = [
            "conns", "per second", "slowest", "fastest", "p50", "p99", "p99.9", "user", "kernel", "load", "others",
        ]
        var lines = [
            "Medians of the rounds (\(rounds)), each through all of it. Latency in µs; processor time for a request in µs: the",
            "server's own, its kernel's, the load generator's; and what others had of the processors meanwhile.",
            Self.row("", columns),
        ]
        for result in results {
            var cells = ["\(result.connections)"]
            cells += [result.requestsPerSecond, result.slowestRound, result.fastestRound].map(Self.whole)
            cells += [result.p50, result.p99, result.p999].map(Self.whole)
            // The synced appends have no server.
            if result.generator > 0 {
                cells += [result.serverUser, result.serverKernel, result.generator].map(Self.tenths)
                cells.append(Self.percent(result.othersShare))
            }
            lines.append(Self.row(result.name, cells))
        }
        let disturbance = results.map(\.othersShare).max() ?? 0
        if disturbance > Self.noticeableShare {
            lines.append(
                "Other processes had up to \(Self.percent(disturbance)) of the processors: measure again on a quiet machine."
            )
        }
        return lines
    }

    /// A machine at rest has less than that to do beside the measuring: kernel threads of the disk, mostly.
    private static let noticeableShare = 0.1

    private var ratioLines: [String] {
        ["Ratios, taken within each round; the median, and the furthest rounds."]
            + ratios.map { summary in
                let target =
                    switch summary.ratio.target {
                    case .atLeast(let least): "target ≥ \(Self.hundredths(least))"
                    case .atMost(let most): "target ≤ \(Self.hundredths(most))"
                    case nil: "no target"
                    }
                let range = "\(Self.hundredths(summary.smallest)) to \(Self.hundredths(summary.largest))"
                return Self.row(summary.ratio.name, [Self.hundredths(summary.median)])
                    + "   \(range)   \(target)\(summary.isReached ? "" : ", missed")   \(summary.ratio.meaning)"
            }
    }

    private static func lines(_ governance: GovernanceFigures) -> [String] {
        [
            "The governed vault: \(governance.servers) servers, \(governance.tools) tools, \(governance.limits) limits,"
                + " \(governance.alertRules) alert rules (\(governance.alerts) alerts), \(governance.approvalRules) rules of approval,",
            "\(governance.endedApprovals) approvals that have ended, and \(governance.standingApprovals) standing ones.",
        ]
    }

    private static func lines(_ clients: ClientFigures) -> [String] {
        ["Added to the same request over a bare socket, in µs: the median of the rounds' differences."]
            + ClientFigures.additions.map { addition -> String in
                guard let added = clients.figures[addition.name], let bare = clients.figures[addition.bare] else {
                    let missing = addition.interpreter ?? "program"
                    return row(addition.name, ["–"]) + "   not measured: there is no \(missing)"
                }
                return row(addition.name, [tenths(added)]) + "   to \(tenths(bare))"
                    + "   target ≤ \(whole(addition.target))\(added <= addition.target ? "" : ", missed")"
            }
    }

    private static func lines(_ footprint: Footprint) -> [String] {
        let ready = footprint.readySeconds, resident = max(footprint.residentAfterUnseal, footprint.residentAfterLoad)
        return [
            "A vault with \(footprint.secrets) secrets and \(footprint.events) events, \(megabytes(footprint.databaseBytes)) on disk.",
            "  ready after         \(milliseconds(ready)) beyond Argon2id: start \(milliseconds(footprint.startSeconds)),"
                + " unseal \(milliseconds(footprint.unsealSeconds)), of which Argon2id \(milliseconds(footprint.argon2Seconds))"
                + "   target ≤ \(milliseconds(Footprint.readyTarget))\(ready <= Footprint.readyTarget ? "" : ", missed")",
            "  backup              \(megabytes(footprint.backup.bytes)) in \(tenths(footprint.backup.createSeconds)) s; resolve's p99"
                + " \(whole(footprint.backup.quietP99)) µs without, \(whole(footprint.backup.busyP99)) µs meanwhile"
                + " (\(hundredths(footprint.backup.slowdown)) times, \(whole(footprint.backup.busyP999)) µs for the slowest thousandth)"
                + "   target ≤ \(hundredths(BackupFigures.slowdownTarget)) times"
                + (footprint.backup.slowdown <= BackupFigures.slowdownTarget ? "" : ", missed"),
            "  restore             \(tenths(footprint.backup.restoreSeconds)) s"
                + "   target ≤ \(whole(BackupFigures.restoreTarget)) s"
                + (footprint.backup.restoreSeconds <= BackupFigures.restoreTarget ? "" : ", missed"),
            "  resident memory     \(megabytes(footprint.residentAfterUnseal)) after unsealing,"
                + " \(megabytes(footprint.residentAfterLoad)) after load, \(megabytes(footprint.residentPeak)) at most"
                + "   target ≤ \(megabytes(Footprint.residentTarget))\(resident <= Footprint.residentTarget ? "" : ", missed")",
        ]
    }

    private static func lines(_ append: AppendFigures) -> [String] {
        func line(_ name: String, _ ratio: Double, _ target: Double, _ meaning: String) -> String {
            row(name, [hundredths(ratio)])
                + "   target ≤ \(hundredths(target))\(ratio <= target ? "" : ", missed")   \(meaning)"
        }
        return [
            "Appending an event: \(tenths(append.short.median)) µs of processor time at 1,000 events,"
                + " \(tenths(append.long.median)) at the end of a long log, \(tenths(append.bare.median)) without the log's tree.",
            line("append_long_vs_short", append.growth, AppendFigures.growthTarget, "a long log / 1,000 events"),
            line("append_tree_vs_none", append.treeShare, AppendFigures.treeTarget, "with the tree / without it"),
        ]
    }

    private static func lines(_ log: LogFigures) -> [String] {
        let exports = LogFigures.formats.compactMap { format -> String? in
            guard let figures = log.exports[format] else { return nil }
            let target = LogFigures.targets[format] ?? 0
            return "  export, \(format)".padding(toLength: 22, withPad: " ", startingAt: 0)
                + "\(whole(figures.eventsPerSecond)) events a second, \(megabytes(figures.bytes)); command's memory"
                + " \(megabytes(figures.commandPeak)) at most   target ≥ \(whole(target)), ≤ \(megabytes(LogFigures.memoryTarget))"
                + (figures.eventsPerSecond >= target && figures.commandPeak <= LogFigures.memoryTarget
                    ? "" : ", missed")
        }
        let isFast = log.verifiedPerSecond >= LogFigures.verifyTarget && log.verifierPeak <= LogFigures.memoryTarget
        return exports + [
            "  verify              \(whole(log.verifiedPerSecond)) events a second; memory \(megabytes(log.verifierPeak)) at most"
                + "   target ≥ \(whole(LogFigures.verifyTarget)), ≤ \(megabytes(LogFigures.memoryTarget))\(isFast ? "" : ", missed")",
            "  daemon's memory     \(megabytes(log.daemonGrowth)) more after all exports",
        ]
    }

    private static func lines(_ schedules: ScheduleFigures) -> [String] {
        [
            "A vault with \(schedules.schedules) secrets that are rotated on schedules.",
            "  nothing due         \(schedules.idleWakes) wakes and \(milliseconds(schedules.idleProcessorSeconds)) of a processor in"
                + " \(whole(schedules.idleSeconds)) s; with no schedule at all \(schedules.emptyWakes) and"
                + " \(milliseconds(schedules.emptyProcessorSeconds)) (\(hundredths(schedules.wakesRatio)) and"
                + " \(hundredths(schedules.processorRatio)) times)   target ≤ \(hundredths(ScheduleFigures.wakesTarget)) times the wakes"
                + (schedules.wakesRatio <= ScheduleFigures.wakesTarget ? "" : ", missed"),
            "  all overdue         \(schedules.begun) begun in the first \(whole(schedules.startSeconds)) s,"
                + " \(hundredths(schedules.spreadRatio)) times an even spread;"
                + " \(schedules.busiestSecond) in the busiest second, \(hundredths(schedules.busiestRatio)) times the mean"
                + "   target \(hundredths(ScheduleFigures.spreadTarget.lowerBound)) to"
                + " \(hundredths(ScheduleFigures.spreadTarget.upperBound)), ≤ \(hundredths(ScheduleFigures.busiestTarget))"
                + (ScheduleFigures.spreadTarget.contains(schedules.spreadRatio)
                    && schedules.busiestRatio <= ScheduleFigures.busiestTarget ? "" : ", missed"),
            "  steps at once       \(schedules.mostAtOnce) at most, where \(schedules.limit) are allowed"
                + "   target ≤ \(hundredths(ScheduleFigures.limitTarget)) times"
                + (schedules.limitRatio <= ScheduleFigures.limitTarget ? "" : ", missed"),
        ]
    }

    private static func lines(_ inventory: [InventoryFigures]) -> [String] {
        ["Documents judged by the command; imported, from file to commit; again; and reviewed, from file to page."]
            + inventory.map { one in
                "  \(one.document) (\(megabytes(one.bytes))): \(milliseconds(one.classifySeconds)),"
                    + " \(milliseconds(one.importSeconds)), \(milliseconds(one.againSeconds)),"
                    + " \(milliseconds(one.reportSeconds)); the slowest \(hundredths(one.worst)) of the limit,"
                    + " the command \(megabytes(one.commandPeak))   target ≤ 1.00" + (one.worst <= 1 ? "" : ", missed")
            }
    }

    private static func row(_ name: String, _ cells: [String]) -> String {
        let padded = name + String(repeating: " ", count: max(0, 32 - name.count))
        return "  " + padded + cells.map { String(repeating: " ", count: max(1, 10 - $0.count)) + $0 }.joined()
    }

    private static func whole(_ value: Double) -> String { String(Int(value.rounded())) }
    private static func tenths(_ value: Double) -> String { String(format: "%.1f", value) }
    private static func percent(_ share: Double) -> String { String(format: "%.0f %%", share * 100) }
    private static func hundredths(_ value: Double) -> String { String(format: "%.2f", value) }
    private static func milliseconds(_ seconds: Double) -> String { String(format: "%.0f ms", seconds * 1000) }
    private static func megabytes(_ bytes: Int) -> String { String(format: "%.1f MB", Double(bytes) / 1e6) }
}
