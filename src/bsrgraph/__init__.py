"""bsrgraph: a knowledge graph of EU-funded programmes that says where every fact comes from."""
