import SecretMemory

extension Vault {
    /// Every event that matches, as the lines of an export, in the order of the log. Keeps one line at a time.
    ///
    /// - Parameters:
    ///   - filter: Parameters of the request.
    ///   - progress: Told of the bytes as they come.
    ///   - take: Gets each line without its break.
    /// - Throws: what the vault said instead; what `take` throws.
    func exportLines(
        _ filter: [(name: String, value: String)],
        progress: (RawSpan) -> Void = { _ in },
        _ take: ([UInt8]) throws(CommandFailure) -> Void
    ) throws(CommandFailure) {
        let request = VaultRequest("GET", "/v1/audit/export", query: filter, timeoutSeconds: 120)
        var lines = LineSplitter()
        try stream(request) { piece throws(CommandFailure) in
            try lines.take(piece) { line throws(CommandFailure) in
                if line.starts(with: ExportFailure.opening) { _ = try EventLine(parsing: line) }
                try take(line)
            }
            progress(piece)
        }
        try lines.finish()
    }
}
