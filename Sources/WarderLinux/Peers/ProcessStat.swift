/// The fields of `/proc/PID/stat` that tell one process from another (proc_pid_stat(5)).
package struct ProcessStat: Hashable, Sendable {
    /// Field 3: `R`, `S`, `D`, `Z` and so on.
    package var state: UInt8
    /// Field 4.
    package var parent: Int32
    /// Field 22: clock ticks since boot.
    package var startTime: UInt64

    /// Whether the process has ended and only waits to be reaped.
    package var hasEnded: Bool { state == UInt8(ascii: "Z") || state == UInt8(ascii: "X") }

    /// Reads the line; `nil` when it is not what the kernel writes.
    ///
    /// The second field is a name that the process chooses, brackets and spaces included, so that counting begins
    /// behind the last closing bracket.
    package init?(parsing text: some BidirectionalCollection<UInt8>) {
        guard let bracket = text.lastIndex(of: UInt8(ascii: ")")) else { return nil }
        let fields = text[text.index(after: bracket)...].split { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\n") }
        // Behind the bracket the first field is number 3.
        guard fields.count > 22 - 3, fields[0].count == 1, let state = fields[0].first else { return nil }
        guard let parent = decimal(fields[4 - 3], as: Int32.self) else { return nil }
        guard let startTime = decimal(fields[22 - 3], as: UInt64.self) else { return nil }
        self.state = state
        self.parent = parent
        self.startTime = startTime
    }

    /// Effective user in the text of `/proc/PID/status`; `nil` when the line is missing or odd.
    package static func effectiveUser(inStatus text: some Collection<UInt8>) -> UInt32? {
        for line in text.split(separator: UInt8(ascii: "\n")) where line.starts(with: "Uid:".utf8) {
            // Real, effective, saved, file system.
            let fields = line.split(separator: UInt8(ascii: "\t"))
            return fields.count == 5 ? decimal(fields[2]) : nil
        }
        return nil
    }
}
