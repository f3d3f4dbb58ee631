import Foundation

/// The `warder` that was built together with these tests.
enum BuiltProgram {
    /// Beside the program that runs the tests.
    static func path() throws -> String {
        URL(filePath: try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"))
            .deletingLastPathComponent().appending(path: "warder").path
    }
}
