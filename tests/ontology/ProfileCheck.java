import java.io.File;
import java.util.List;
import java.util.stream.Stream;

import org.semanticweb.owlapi.apibinding.OWLManager;
import org.semanticweb.owlapi.formats.RDFXMLDocumentFormat;
import org.semanticweb.owlapi.io.FileDocumentSource;
import org.semanticweb.owlapi.model.OWLOntology;
import org.semanticweb.owlapi.profiles.OWLProfile;
import org.semanticweb.owlapi.profiles.Profiles;

/**
 * Reads an ontology (RDF/XML) and prints the number of its axioms, then each violation of the profiles OWL 2 DL and
 * OWL 2 RL, one a line, after the name of the profile.
 */
public final class ProfileCheck {
    private static final List<OWLProfile> PROFILES = List.of(Profiles.OWL2_DL, Profiles.OWL2_RL);

    private ProfileCheck() {
    }

    public static void main(String[] arguments) throws Exception {
        FileDocumentSource source = new FileDocumentSource(new File(arguments[0]), new RDFXMLDocumentFormat());
        OWLOntology ontology = OWLManager.createOWLOntologyManager().loadOntologyFromOntologyDocument(source);
        System.out.println(ontology.getAxiomCount() + " axioms");
        PROFILES.stream().flatMap(profile -> violations(profile, ontology)).forEach(System.out::println);
    }

    private static Stream<String> violations(OWLProfile profile, OWLOntology ontology) {
        return profile.checkOntology(ontology).getViolations().stream()
            .map(violation -> profile.getName() + ": " + violation.toString().replaceAll("\\s+", " "))
            .sorted();
    }
}
