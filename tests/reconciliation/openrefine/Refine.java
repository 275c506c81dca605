import com.google.refine.RefineServlet;
import com.google.refine.commands.Command;
import com.google.refine.commands.GetCSRFTokenCommand;
import com.google.refine.commands.history.GetProcessesCommand;
import com.google.refine.commands.project.CreateProjectCommand;
import com.google.refine.commands.project.ExportRowsCommand;
import com.google.refine.commands.project.GetModelsCommand;
import com.google.refine.commands.recon.ExtendDataCommand;
import com.google.refine.commands.recon.GuessTypesOfColumnCommand;
import com.google.refine.commands.recon.PreviewExtendDataCommand;
import com.google.refine.commands.recon.ReconMatchBestCandidatesCommand;
import com.google.refine.commands.recon.ReconUseValuesAsIdentifiersCommand;
import com.google.refine.commands.recon.ReconcileCommand;
import com.google.refine.commands.row.GetRowsCommand;
import com.google.refine.exporters.CsvExporter;
import com.google.refine.exporters.ExporterRegistry;
import com.google.refine.importers.SeparatorBasedImporter;
import com.google.refine.importing.ImportingManager;
import com.google.refine.model.recon.ReconConfig;
import com.google.refine.model.recon.StandardReconConfig;
import com.google.refine.operations.OperationRegistry;
import com.google.refine.operations.recon.ExtendDataOperation;
import com.google.refine.operations.recon.ReconMatchBestCandidatesOperation;
import com.google.refine.operations.recon.ReconOperation;
import com.google.refine.operations.recon.ReconUseValuesAsIdentifiersOperation;

import edu.mit.simile.butterfly.ButterflyModuleImpl;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import javax.servlet.ServletContext;
import javax.servlet.ServletException;
import javax.servlet.http.HttpServletRequest;
import javax.servlet.http.HttpServletResponse;

import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.servlet.ServletContextHandler;
import org.eclipse.jetty.servlet.ServletHolder;

/**
 * OpenRefine without its pages: the servlet and the commands that its pages call, on a free port of this machine.
 *
 * <p>Takes a folder that it may write to, and prints one line: which jar the commands are from, and the address.
 * What a page asks for is registered by a script that is not in the jars; here it is registered by hand.
 */
public class Refine {
    private static final Map<String, Command> COMMANDS =
            Map.ofEntries(
                    Map.entry("get-csrf-token", new GetCSRFTokenCommand()),
                    Map.entry("create-project-from-upload", new CreateProject()),
                    Map.entry("get-models", new GetModelsCommand()),
                    Map.entry("get-rows", new GetRowsCommand()),
                    Map.entry("get-processes", new GetProcessesCommand()),
                    Map.entry("guess-types-of-column", new GuessTypesOfColumnCommand()),
                    Map.entry("reconcile", new ReconcileCommand()),
                    Map.entry("recon-match-best-candidates", new ReconMatchBestCandidatesCommand()),
                    Map.entry("recon-use-values-as-identifiers", new ReconUseValuesAsIdentifiersCommand()),
                    Map.entry("preview-extend-data", new PreviewExtendDataCommand()),
                    Map.entry("extend-data", new ExtendDataCommand()),
                    Map.entry("export-rows", new ExportRowsCommand()));

    /** The command that makes a project; it throws where OpenRefine shows a page, which is not in the jars. */
    private static class CreateProject extends CreateProjectCommand {
        @Override
        protected void respondWithErrorPage(
                HttpServletRequest request, HttpServletResponse response, String message, Throwable cause) {
            throw new IllegalStateException(message, cause);
        }
    }

    /** The servlet of OpenRefine, with the commands of this file in its module "core". */
    public static class Commands extends RefineServlet {
        @Override
        public void init() throws ServletException {
            super.init();
            ButterflyModuleImpl core = new ButterflyModuleImpl();
            core.setName("core");
            COMMANDS.forEach((name, command) -> registerCommand(core, name, command));
            OperationRegistry.registerOperation(core, "recon", ReconOperation.class);
            OperationRegistry.registerOperation(core, "extend-reconciled-data", ExtendDataOperation.class);
            OperationRegistry.registerOperation(
                    core, "recon-match-best-candidates", ReconMatchBestCandidatesOperation.class);
            OperationRegistry.registerOperation(
                    core, "recon-use-values-as-identifiers", ReconUseValuesAsIdentifiersOperation.class);
            ReconConfig.registerReconConfig(core, "standard-service", StandardReconConfig.class);
            ImportingManager.registerFormat("text", "Text");
            ImportingManager.registerFormat("text/line-based", "Lines");
            ImportingManager.registerFormat(
                    "text/line-based/*sv", "CSV", "SeparatorBasedParserUI", new SeparatorBasedImporter());
            ExporterRegistry.registerExporter("csv", new CsvExporter());
        }
    }

    public static void main(String[] arguments) throws Exception {
        Path folder = Path.of(arguments[0]);
        Path properties = Files.createFile(folder.resolve("butterfly.properties"));
        System.setProperty("butterfly.properties", properties.toString());

        ServletHolder holder = new ServletHolder(Commands.class);
        holder.setInitParameter("refine.version", "");
        holder.setInitParameter("refine.revision", "");
        holder.setInitParameter("refine.autosave", "60");
        holder.setInitParameter("refine.data", Files.createDirectory(folder.resolve("projects")).toString());
        holder.setInitOrder(1);

        ServletContextHandler context = new ServletContextHandler();
        context.setResourceBase(Files.createDirectory(folder.resolve("pages")).toString());
        context.setAttribute(
                ServletContext.TEMPDIR, Files.createDirectory(folder.resolve("uploads")).toFile());
        context.addServlet(holder, "/*");

        Server server = new Server();
        ServerConnector connector = new ServerConnector(server);
        connector.setHost("127.0.0.1");
        server.addConnector(connector);
        server.setHandler(context);
        server.start();

        Path jar = Path.of(ReconcileCommand.class.getProtectionDomain().getCodeSource().getLocation().toURI());
        System.out.println(jar.getFileName() + " at http://127.0.0.1:" + connector.getLocalPort());
        server.join();
    }
}
