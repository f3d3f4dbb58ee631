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

extension ExportFormat {
    /// The format that loses what could be verified and that a file begins like; `nil` for anything else.
    init?(recognisedIn beginning: [UInt8]) {
        let line = beginning.prefix { $0 != UInt8(ascii: "\n") }
        if line.starts(with: Array("\"seq\",".utf8)) {
            self = .csv
        } else if line.starts(with: Array("{\"actor\":{".utf8)) {
            self = .ocsf
        } else {
            return nil
        }
    }
}

/// Turns events into another format, one at a time.
protocol EventConverter {
    /// What stands before the first event.
    var header: [UInt8] { get }

    /// One event with its line break, or what stands for one that could not be read.
    mutating func convert(_ event: EventLine) -> [UInt8]
}
