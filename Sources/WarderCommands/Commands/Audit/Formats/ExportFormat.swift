import ArgumentParser

/// What an export is written as.
enum ExportFormat: String, CaseIterable, ExpressibleByArgument {
    /// The log's own bytes.
    case jsonl
    /// A table for spreadsheets.
    case csv
    /// Events of the Open Cybersecurity Schema Framework, one a line.
    case ocsf

    /// What turns events into this format; `nil` where they stay as they are.
    func converter(isSafe: Bool) -> (any EventConverter)? {
        switch self {
        case .jsonl: nil
        case .csv: CSVLine(isSafe: isSafe)
        case .ocsf: OCSFEvent()
        }
    }
}

/// Turns events into another format, one at a time.
protocol EventConverter {
    /// What stands before the first event.
    var header: [UInt8] { get }

    /// One event with its line break.
    func convert(_ event: EventLine) -> [UInt8]
}
