#include "harness/claims/main.h"
#include "workloads/claims/all_claims.h"

int main(int argc, char** argv) {
  return tussle::claims::run_main(tussle::workloads::all_claims(), argc, argv);
}
