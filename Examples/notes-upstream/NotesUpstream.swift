import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix

/// A notes service to try the example with: `POST /notes` with the right bearer token answers 201, with any other 401.
///
/// It reads its token from a file at each request, so that writing another one into the file is a rotation. It listens
/// on loopback only.
@main
struct NotesUpstream {
    static func main() async throws {
        let arguments = CommandLine.arguments
        guard arguments.count == 3, let port = Int(arguments[1]) else {
            print("usage: example-notes-upstream PORT TOKEN-FILE   (port 0 takes a free one)")
            return
        }
        let tokenFile = arguments[2]
        let server = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline()
                    try channel.pipeline.syncOperations.addHandler(NotesHandler(tokenFile: tokenFile))
                }
            }
            .bind(host: "127.0.0.1", port: port)
            .get()
        // Past any buffer, because whoever started this waits for the line.
        FileHandle.standardOutput.write(Data("http://127.0.0.1:\(server.localAddress?.port ?? port)\n".utf8))
        try await server.closeFuture.get()
    }
}
