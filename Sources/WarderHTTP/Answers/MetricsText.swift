/// Metrics in the text format of Prometheus, version 0.0.4.
struct MetricsText {
    enum Kind: String {
        case counter, gauge
    }

    struct Sample {
        /// In the order in which they are written. Names are this program's own, values anything.
        var labels: [(name: String, value: String)] = []
        var value: Int64
    }

    private(set) var text = ""

    /// Adds a metric with all its samples. `name`: in the manner of Prometheus, a counter's ends in `_total`; each once.
    mutating func add(_ name: String, _ kind: Kind, _ help: String, _ samples: [Sample]) {
        text += "# HELP \(name) \(help)\n# TYPE \(name) \(kind.rawValue)\n"
        for sample in samples {
            let labels = sample.labels.map { "\($0.name)=\"\(Self.escaped($0.value))\"" }.joined(separator: ",")
            text += "\(name)\(labels.isEmpty ? "" : "{\(labels)}") \(sample.value)\n"
        }
    }

    /// A metric that is one number.
    mutating func add(_ name: String, _ kind: Kind, _ help: String, _ value: Int64) {
        add(name, kind, help, [Sample(value: value)])
    }

    private static func escaped(_ value: String) -> String {
        var text = ""
        for scalar in value.unicodeScalars {
            switch scalar {
            case "\\": text += "\\\\"
            case "\"": text += "\\\""
            case "\n": text += "\\n"
            default: text.unicodeScalars.append(scalar)
            }
        }
        return text
    }
}
